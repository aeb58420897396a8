import Foundation
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct ReportCommandTests {
  @Test func samplingLeavesAReport() throws {
    let regnas = try Regnas.afterQuickRun()
    let folder = regnas.folder
    let run = "checkpoints/whole"
    #expect(folder.text(run + "/report.html").hasPrefix("<!DOCTYPE html>"))

    // The same as the command gives, to the byte.
    try regnas.succeed("report \(run) --out page.html --picture family.svg --quiet")
    #expect(folder.bytes("page.html") == folder.bytes(run + "/report.html"))
    #expect(folder.text("family.svg").hasPrefix("<svg"))
    #expect(folder.text("page.html").contains("data:image/png;base64,"))

    // Elsewhere, beside the family; a report that is there stays, and does not cost the family.
    try folder.put("mine", "other.html")
    let sample = try regnas.succeed("sample \(run) --out other.h5")
    #expect(sample.errors.contains("warning: the family has no report beside it: other.html"))
    #expect(folder.text("other.html") == "mine" && folder.exists("other.h5"))

    let figures = try object(regnas.succeed("report other.h5 --json").output)
    #expect(figures["schema"] as? String == "regnas.report/1")
    #expect(!folder.exists("report.html"))
  }

  @Test func whatCannotBeReportedIsRefused() throws {
    let regnas = try Regnas.afterQuickRun()
    try regnas.refuse("report nowhere", 66, "nowhere", "no such file")
    try regnas.refuse("report checkpoints", 65, "neither of a run", "nor of a study")
    try regnas.refuse("report data.h5", 65, "data.h5", "regnas.family")
    try regnas.refuse("report run.yaml", 65, "run.yaml")
    try regnas.refuse("report checkpoints/whole --out run.yaml", 64, "run.yaml", "there already")
    try regnas.refuse(
      "report checkpoints/whole --out run.yaml --overwrite",
      64,
      "run.yaml",
      "another kind"
    )
    try regnas.refuse("report checkpoints/whole --data checkpoints/whole/family.h5", 65)
    #expect(!regnas.folder.exists("report.html"))
  }
}
