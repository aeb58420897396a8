import AtomicFiles
import Configuration
import Foundation
import ImageData
import RunFixtures
import Runs
import Search
import TestSupport
import Testing

@testable import Study

/// A study of every method, as small as it can be.
@Suite(.serialized) struct StudyGridTests {
  private let small: SmallRun
  private var study = StudyConfiguration()

  init() throws {
    small = try SmallRun()
    study.name = "tiny"
    study.data = small.folder.file("data.h5")
    study.spaces = ["mobilenetv3-small"]
    study.seeds = [4]
    study.run = small.configuration
    study.alone = small.configuration.supernet.training
    study.elodi.ensemble = 2
    // At the rate of the others it diverges on so few images.
    study.pctLM.learningRate = 0.01
    study.methods =
      StudyMethod.Approach.allCases.map { StudyMethod($0) } + [
        StudyMethod(.pctKL, hasEqualCost: true),
        StudyMethod(.elodi, takesOurArchitectures: true, hasEqualCost: true),
      ]
  }

  private func grid(
    _ study: StudyConfiguration? = nil,
    _ out: String = "out",
    readsOnly: Bool = false,
    interruption: Interruption = Interruption(),
    reporter: any Reporter = SilentReporter()
  ) throws -> StudyGrid {
    try StudyGrid(
      study ?? self.study,
      out: small.folder.file(out),
      work: small.folder.file(out + "-work"),
      readsOnly: readsOnly,
      services: .init(reporter: reporter, interruption: interruption)
    )
  }

  private func cells(_ out: String) throws -> [String: [UInt8]] {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: small.folder.file(out + "/cells/tiny")
    )
    return Dictionary(
      uniqueKeysWithValues: names.filter { $0 != ".lock" }.map {
        ($0, small.folder.bytes("\(out)/cells/tiny/\($0)"))
      }
    )
  }

  @Test func everyMethodGivesACellAndNoneIsComputedTwice() throws {
    let grid = try grid()
    try grid.check()
    try grid.compute()
    let first = try cells("out")
    #expect(first.count == study.methods.count + 1)
    let keeper = NoteKeeper()
    try self.grid(reporter: keeper).compute()
    #expect(keeper.notes.isEmpty)
    // Without work folder, program and data, as from version control.
    try FileManager.default.removeItem(atPath: small.folder.file("out-work"))
    try FileManager.default.removeItem(atPath: study.data)
    let reading = NoteKeeper()
    let known = try self.grid(readsOnly: true, reporter: reading).known()
    #expect(
      reading.notes.first?.contains("whether they were made under the keys of this file") == true
    )
    #expect(known.missing.isEmpty && known.others.isEmpty)
    let figures = try StudyFigures(
      known.cells,
      space: "mobilenetv3-small",
      labels: grid.labels,
      dataSet: "tiny"
    )
    #expect(figures.ours == "regnas-tuned" && figures.methods.count == study.methods.count)
    #expect(figures.comparisons.count == figures.methods.count - 1)
    func cell(_ method: StudyMethod) throws -> StudyCell {
      try #require(known.cells.first { $0.key.method == method })
    }
    // What is computed from others' members has them, and nested ones where that is demanded.
    let ours = try cell(.init(.regnasTuned))
    #expect(try cell(.init(.joint)).architectures == ours.architectures)
    #expect(try cell(.init(.regnas)).architectures == ours.architectures)
    #expect(try cell(.init(.regnas)).test != ours.test)
    let accurate = try cell(.init(.accuracyOnly))
    for approach in [StudyMethod.Approach.independent, .pctKL, .pctLM, .elodi] {
      #expect(try cell(.init(approach)).architectures == accurate.architectures)
    }
    // The first member of a chain is the one that was trained alone.
    #expect(try cell(.init(.pctKL)).test[0] == cell(.init(.independent)).test[0])
    #expect(try cell(.init(.pctKL)).test != cell(.init(.pctLM)).test)
    // Equal cost, to half an epoch of all members.
    let equal = try cell(.init(.pctKL, hasEqualCost: true))
    let epoch = Double(equal.macs.reduce(0, +) * 3 * 64)
    #expect(abs(Double(equal.cost.epochs) * epoch - ours.cost.total) <= epoch / 2)
    #expect(equal.cost.epochs > (try cell(.init(.pctKL)).cost.epochs))
    let summary = try #require(StudySummary(figures))
    #expect(summary.bestPCT == "pct-kl.equal-cost" && summary.seeds == [4])
    #expect(figures.markdown.contains("| **regnas-tuned** | 1 |"))
  }

  /// Stopped anywhere, the cells end as those of a study that nothing happened to.
  @Test func aStoppedStudyGoesOn() throws {
    var study = study
    study.methods = [
      StudyMethod(.regnasTuned), StudyMethod(.pctLM, hasEqualCost: true), StudyMethod(.joint),
    ]
    try grid(study, "whole").compute()
    var stops = 0
    while true {
      do {
        let interruption = Interruption(stoppingAtLook: 3 + 2 * stops)
        try grid(study, "stopped", interruption: interruption).compute()
        break
      } catch is Interrupted { stops += 1 }
    }
    #expect(stops > 4)
    #expect(try cells("stopped") == cells("whole"))
  }

  @Test func processesShareTheCells() throws {
    var study = study
    study.methods = [StudyMethod(.regnas)]
    let grid = try grid(study)
    try grid.compute()
    // Another process is at the supernet of the other space.
    study.spaces = ["proxylessnas-small"]
    study.run.space.widthMultiplier = 0.25
    let work = small.folder.file("out-work/tiny/proxylessnas-small-4")
    try self.grid(study, interruption: Interruption(stoppingAtLook: 4)).stopped()
    let folders = try FileManager.default.contentsOfDirectory(atPath: work)
    let supernet = try #require(folders.first { $0.hasPrefix("supernet-") })
    let lock = try RunLock(work + "/" + supernet)
    let keeper = NoteKeeper()
    try self.grid(study, interruption: Interruption(stoppingAtLook: 8), reporter: keeper).stopped()
    withExtendedLifetime(lock) {
      #expect(keeper.notes.last == "other processes are at what is left; waiting for them")
    }
  }

  @Test func foreignFoldersAndOtherDataAreRefused() throws {
    var study = study
    study.methods = [StudyMethod(.regnas)]
    try grid(study).compute()
    func refusal(_ study: StudyConfiguration) -> String {
      do {
        _ = try grid(study)
        return "accepted"
      } catch { return "\(error)" }
    }
    let cells = small.folder.file("out/cells")
    try FileManager.default.copyItem(atPath: cells + "/tiny", toPath: cells + "/other")
    var renamed = study
    renamed.name = "other"
    #expect(refusal(renamed).contains("its cells are of the study 'tiny', not of 'other'"))
    // A key that the method depends on: another cell, beside which the old one is named.
    var longer = study
    longer.run.controller.updates += 1
    let known = try grid(longer).known()
    #expect(known.cells.isEmpty && known.others.count == 1)
    // One that it does not depend on.
    var other = study
    other.elodi.ensemble = 3
    #expect(try grid(other).known().cells.count == 1)
    try SmallRun.writeData(to: study.data, seed: 2)
    #expect(refusal(study).contains("its cells are of another data set"))
  }

  @Test func aTrainingThatDivergesIsNamed() throws {
    var study = study
    study.methods = [StudyMethod(.pctLM)]
    study.pctLM.learningRate = 100
    #expect {
      try grid(study).compute()
    } throws: {
      "\($0)".contains("cell mobilenetv3-small-4-pct-lm: training diverged")
        && "\($0)".contains("A method may have a learning rate of its own")
    }
  }

  /// Cells made under other keys are not taken for those of the present ones while the data set is there
  /// to tell; nothing of another's is replaced.
  @Test func figuresAreOfTheStudyAsItIs() throws {
    var study = study
    study.methods = [StudyMethod(.regnas)]
    try grid(study).compute()
    study.run.controller.updates += 1
    #expect(try grid(study, readsOnly: true).known().cells.isEmpty)
    try small.folder.put("mine", "foreign/tiny.md")
    for out in ["foreign", "data.h5", "data.h5/x"] {
      #expect(throws: ConfigurationError.self) { try grid(study, out) }
    }
    #expect(small.folder.text("foreign/tiny.md") == "mine")
    #expect(throws: ConfigurationError.self) { try grid(study, "none", readsOnly: true) }
    try small.folder.put("{}", "other/summary.json")
    #expect(throws: RunError.self) { try grid(study, "other") }
  }

  @Test func whatCannotBeIsRefusedAtOnce() throws {
    var study = study
    study.run.search.budgets = [Budget.absolute(1)]
    #expect(throws: RunError.self) { try grid(study).check() }
    study = self.study
    study.spaces = ["mobilenetv9"]
    #expect(throws: (any Error).self) { try grid(study).check() }
  }
}

extension StudyGrid {
  /// Computes until it is stopped.
  fileprivate func stopped() throws {
    #expect(throws: Interrupted.self) { try compute() }
  }
}
