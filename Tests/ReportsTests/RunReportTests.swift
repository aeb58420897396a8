import Configuration
import Foundation
import RunFixtures
import Runs
import Search
import TestSupport
import Testing

@testable import Reports

/// Serialised: libtorch's settings are of the process.
@Suite(.serialized) struct RunReportTests {
  private func contents(_ folder: String) throws -> [String: Data?] {
    var result: [String: Data?] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      result[name] = FileManager.default.contents(atPath: folder + "/" + name)
    }
    return result
  }

  /// At every stage, beside the process that has the lock, and without changing a byte.
  @Test func aRunIsReportedAtAnyTime() throws {
    var small = try SmallRun()
    small.configuration.family.tuning.epochs = 0
    var verdicts: Set<String> = []
    for stop in [1, 2, 7, 9] {
      let run = try small.start("run\(stop)", interruption: Interruption(stoppingAtLook: stop))
      _ = try? run.train()
      let folder = small.folder.file("run\(stop)")
      // What a process that is killed may leave: half a line.
      let log = FileHandle(forWritingAtPath: folder + "/metrics.jsonl")
      try log?.seekToEnd()
      try log?.write(contentsOf: Data("{\"phase\": \"supern".utf8))
      let before = try contents(folder)
      let page = try PageReading(Report(of: folder).html())
      #expect(try contents(folder) == before)
      let verdict = try #require(try page.figures()["verdict"] as? String)
      verdicts.insert(verdict)
      if !run.isFinished { #expect(verdict.contains("not finished"), "\(verdict)") }
      #expect(page.text.contains("regnas train --config again.yaml"))
    }
    #expect(verdicts.count > 1)
  }

  @Test func aFinishedRunShowsItsSearchBeforeAndAfterSampling() throws {
    var small = try SmallRun()
    small.configuration.family.tuning.epochs = 0
    let run = try small.start("run")
    try run.train()
    let path = small.folder.file("run")
    let unsampled = try Report(of: path)
    #expect(unsampled.figures.verdict.contains("no family has been sampled"))
    #expect(unsampled.figures.evaluations?.count == 8)
    #expect(unsampled.picture == nil)
    _ = try PageReading(unsampled.html())
    _ = try run.sampleFamily(
      FamilySettings(small.configuration),
      to: path + "/family.h5",
      overwrite: false
    )
    let report = try Report(of: path)
    #expect(report.figures.evaluations?.macs == unsampled.figures.evaluations?.macs)
    #expect(report.figures.evaluations?.reward == unsampled.figures.evaluations?.reward)
    #expect(report.figures.curves.contains { $0.name == "Reward" && $0.series.count == 2 })
    let changed = report.figures.configuration.filter(\.isChanged).map(\.key)
    #expect(changed.contains("controller.updates") && !changed.contains("controller.baseline"))
    #expect(report.figures.configuration.first?.isChanged == true)
    let html = try report.html()
    let page = try PageReading(html)
    for part in ["Members", "Flips between members", "Members side by side", "Curves"] {
      #expect(page.text.contains(part), "\(part)")
    }
    // Members contain the smaller ones: nothing of a smaller one is missing from a larger one.
    let blocks = try #require(report.figures.blocks)
    for row in blocks.rows { #expect(row.cells[0] == nil || row.cells[1] != nil) }
    let weights = blocks.rows.compactMap { $0.cells[1] }
    let smaller = blocks.rows.compactMap { $0.cells[0] }.reduce(0) { $0 + $1.weights }
    #expect(weights.reduce(0) { $0 + $1.weights - $1.added } == smaller)
  }
}

@Suite struct StudyReportTests {
  private static let headline = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("docs/headline").path

  @Test func theHeadlineStudyHasAReport() throws {
    let report = try Report(of: Self.headline)
    let page = try PageReading(report.html())
    let studies = try #require(report.figures.studies)
    for study in studies {
      for method in study.methods { #expect(page.text.contains(method.method)) }
    }
    #expect(page.text.contains("fewer negative flips, %"))
    #expect(report.picture != nil)
  }

  @Test func aFolderThatIsNeitherIsRefused() throws {
    let folder = try TemporaryFolder()
    #expect(throws: RunError.self) { try Report(of: folder.path) }
    #expect(throws: RunError.self) { try Report(of: folder.file("missing")) }
    // A study whose figures are gone.
    try folder.put("[]", "summary.json")
    try folder.put("{\"a\": 1}", "other.json")
    #expect(throws: RunError.self) { try Report(of: folder.path) }
  }
}
