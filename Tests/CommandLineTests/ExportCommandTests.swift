import Foundation
import TestSupport
import Testing

/// `regnas export` on the family of a real run. Serialised, since each test runs programs that compute.
@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct ExportCommandTests {
  private let family = "checkpoints/whole/family.h5"

  @Test func aFamilyIsExportedAndVerified() throws {
    let regnas = try Regnas.afterQuickRun()
    let folder = regnas.folder
    let result = try regnas.succeed("export \(family) --out exported")
    #expect(result.output.contains("member-2/model.safetensors"))
    #expect(result.output.contains("200 test images, all equal"))
    #expect(result.errors == "wrote exported\n")
    #expect(folder.names("exported") == ["member-1", "member-2"])

    // Elsewhere, without the data set: the same bytes.
    try folder.move("data.h5", to: "away.h5")
    try folder.move(family, to: "elsewhere/family.h5")
    let one = try regnas.succeed(
      "export elsewhere/family.h5 --member 2 --format torchscript --out one/ --json"
    )
    #expect(one.errors.contains("the files are verified on random images"))
    let report = try object(one.output)
    #expect(report["schema"] as? String == "regnas.export/1")
    let files = try #require(report["files"] as? [[String: Any]])
    #expect(files.count == 1 && files[0]["path"] as? String == "member-2/model.pt")
    #expect(
      folder.bytes("one/member-2/model.pt") == folder.bytes("exported/member-2/model.pt")
    )
    let named = try regnas.succeed(
      "export elsewhere/family.h5 --data away.h5 --format onnx --out named --images 20"
    )
    #expect(named.output.contains("20 test images, all equal"))
  }

  @Test func anInterruptedExportLeavesNothing() throws {
    let regnas = try Regnas.afterQuickRun()
    let program = try regnas.start("export \(family) --out exported")
    program.wait { regnas.folder.names().contains { $0.hasSuffix(".partial") } }
    program.send(SIGINT)
    #expect(program.finish().status == 130)
    #expect(regnas.folder.names() == ["checkpoints", "data.h5", "run.yaml"])
  }

  @Test func refusals() throws {
    let regnas = try Regnas.afterQuickRun()
    let folder = regnas.folder
    try folder.copy(fixture("Formats/version-1/family.h5"), to: "old.h5")
    try folder.put(Array(folder.bytes(family).dropLast(1000)), "cut.h5")
    try folder.put("no family", "text.h5")
    try folder.makeFolder("full")
    try folder.put("", "full/file")
    let before = folder.names()
    try regnas.refuse("export none.h5 --out x", 66, "none.h5")
    try regnas.refuse("export data.h5 --out x", 65, "data.h5", "regnas.family")
    try regnas.refuse("export text.h5 --out x", 65, "text.h5")
    try regnas.refuse("export cut.h5 --out x", 65, "cut.h5")
    try regnas.refuse("export old.h5 --out x", 65, "old.h5", "regnas 0.1.0", "Sample it again")
    try regnas.refuse("export \(family) --out x --format tflite", 64, "tflite", "onnx")
    try regnas.refuse("export \(family) --out x --member 3", 64, "no member 3", "1 to 2")
    try regnas.refuse("export \(family) --out x --member -1", 64, "no member -1")
    try regnas.refuse("export \(family) --out x --images 0", 64, "--images")
    try regnas.refuse("export \(family) --out full", 64, "full", "there already")
    try regnas.refuse("export \(family) --out full --overwrite", 64, "full", "left alone")
    try regnas.refuse("export \(family) --out data.h5 --overwrite", 64, "not a folder")
    try regnas.refuse("export \(family) --out no/such/x", 66, "no/such")
    try regnas.refuse("export \(family) --out x --data \(family)", 65, "family.h5")
    try regnas.refuse(
      "export \(family) --out x",
      74,
      "x/member-1",
      shell: "ulimit -f 2"
    )
    #expect(folder.names() == before)
    #expect(folder.names("full") == ["file"])
  }
}
