import AtomicFiles
import Configuration
import Foundation
import HDF5
import ImageData
import RunFixtures
import Runs
import Search
import SearchSpaces
import Testing

@testable import Judging

/// A supernet of seconds, judged in this process.
@Suite(.serialized) struct SupernetEvaluatorTests {
  private let small: SmallRun
  private let supernet: String

  init() throws {
    var small = try SmallRun()
    small.configuration.supernet.training.epochs = 3
    self.small = small
    let run = try small.start("run")
    try run.trainSupernet()
    supernet = small.folder.file("run/supernet.h5")
  }

  private func evaluate(
    _ texts: [String],
    interruption: Interruption = Interruption(),
    reporter: any Reporter = SilentReporter(),
    _ change: (inout SupernetEvaluator.Settings) -> Void = { _ in }
  ) throws -> SupernetEvaluation {
    let subject = try EvaluationSubject(supernet: supernet, configuration: small.configuration)
    var settings = SupernetEvaluator.Settings()
    settings.split = .test
    change(&settings)
    let evaluator = try SupernetEvaluator(
      subject,
      settings: settings,
      services: .init(reporter: reporter, interruption: interruption)
    )
    return try evaluator.evaluate(
      ArchitectureSelection(
        texts.map { .init($0, place: "here") },
        of: subject.space,
        seed: 1
      )
    )
  }

  @Test func inheritedAccuracyIsThatOfTheSearchAndCostsAreTheNetworks() throws {
    let evaluation = try evaluate(["smallest", "largest"])
    #expect(evaluation.comparison == nil && evaluation.images == 30)
    let run = try small.resume("run")
    let space = run.context.setting.space
    for (row, architecture) in zip(evaluation.architectures, [space.smallest, space.largest]) {
      let classes = try #require(run.products.supernet).predictor.predictions(
        of: architecture,
        on: run.context.setting.images.test
      )
      let correct = classes.correctCount
      #expect(row.inherited.value == Double(correct) / 30)
      #expect(try row.macs == space.network(architecture).macs())
      #expect(row.alone == nil)
    }
  }

  /// Trained alone, networks learn, by seed, and every figure of the whole set is there.
  @Test func standAloneTrainingIsSetBeside() throws {
    let evaluation = try evaluate(["chains:1x4"]) { $0.aloneSeeds = 2 }
    let comparison = try #require(evaluation.comparison)
    #expect(comparison.seeds == [3, 4])
    #expect(comparison.pairs.count == 6)
    #expect(comparison.flips?.pairs == 12)
    #expect(comparison.agreement.architectures == 4)
    #expect(comparison.agreementOfSeeds != nil)
    for row in evaluation.architectures {
      let alone = try #require(row.alone)
      #expect(alone.accuracies.count == 2)
      #expect(abs(alone.difference.value - (row.inherited.value - alone.accuracy)) < 1e-12)
    }
    let best = evaluation.architectures.compactMap { $0.alone?.accuracy }.max() ?? 0
    // Of three classes; 12 steps teach a squares network something.
    #expect(best > 0.5)
    // One random subnet a step, beside the smallest: between those two and three times the largest.
    let cost = try #require(comparison.cost)
    #expect(cost.steps == 12)
    let least =
      1 + 2 * Double(evaluation.architectures[0].macs) / Double(evaluation.architectures[3].macs)
    #expect(cost.ratio >= least && cost.ratio < 3)
  }

  /// Stopped at any step, an evaluation goes on after the last finished network and leaves the same
  /// bytes.
  @Test func anEvaluationThatWasStoppedGoesOn() throws {
    let whole = small.folder.file("whole")
    let stopped = small.folder.file("stopped")
    _ = try evaluate(["smallest", "largest"]) {
      $0.aloneSeeds = 1
      $0.folder = whole
    }
    var stops = 0
    for looks in [3, 20, 14] {
      do {
        _ = try evaluate(["smallest", "largest"], interruption: .init(stoppingAtLook: looks)) {
          $0.aloneSeeds = 1
          $0.folder = stopped
        }
      } catch is Interrupted {
        stops += 1
        #expect(!FileManager.default.fileExists(atPath: stopped + "/evaluation.json"))
      }
    }
    #expect(stops == 3)
    let notes = Notes()
    _ = try evaluate(["smallest", "largest"], reporter: notes) {
      $0.aloneSeeds = 1
      $0.folder = stopped
    }
    #expect(notes.all.count == 1, "one network was left to train: \(notes.all)")
    #expect(try contents(stopped) == contents(whole))
    #expect(try contents(whole).count == 5)
  }

  /// Its figures go through the storage it was given, as everything else does.
  @Test func theFiguresAreWrittenThroughTheStorage() throws {
    let subject = try EvaluationSubject(supernet: supernet, configuration: small.configuration)
    var settings = SupernetEvaluator.Settings()
    settings.split = .test
    settings.folder = small.folder.file("full")
    let selection = try ArchitectureSelection(
      [.init("smallest", place: "here")],
      of: subject.space,
      seed: 1
    )
    func evaluate(_ storage: any Storage) throws {
      _ = try SupernetEvaluator(
        subject,
        settings: settings,
        services: .init(reporter: SilentReporter(), interruption: Interruption()),
        storage: storage
      ).evaluate(selection)
    }
    try evaluate(SystemStorage())
    let file = "full/" + SupernetEvaluation.fileName
    #expect(small.folder.exists(file))
    try FileManager.default.removeItem(atPath: small.folder.file(file))
    // Predictions are there: the figures are all that is left to write.
    #expect(throws: StorageError.self) { try evaluate(ReadOnlyStorage()) }
    #expect(!small.folder.exists(file))
  }

  /// What was trained alone is found again by another supernet of the same recipe, and by no other
  /// recipe.
  @Test func standAloneResultsAreSharedByRecipe() throws {
    let folder = small.folder.file("alone")
    func trained(_ change: (inout RunConfiguration) -> Void) throws -> Int {
      var other = small
      change(&other.configuration)
      let notes = Notes()
      let subject = try EvaluationSubject(supernet: supernet, configuration: other.configuration)
      var settings = SupernetEvaluator.Settings()
      settings.aloneSeeds = 1
      settings.aloneFolder = folder
      _ = try SupernetEvaluator(
        subject,
        settings: settings,
        services: .init(reporter: notes, interruption: Interruption())
      ).evaluate(
        ArchitectureSelection([.init("smallest", place: "")], of: subject.space, seed: 1)
      )
      return notes.all.count
    }
    #expect(try trained { _ in } == 1)
    #expect(try trained { $0.supernet.training.randomSubnets = 3 } == 0)
    #expect(try trained { $0.supernet.training.epochs = 4 } == 1)
    #expect(try trained { $0.data.flip = false } == 1)
    #expect(try trained { _ in } == 0)
  }

  private func contents(_ folder: String) throws -> [String: Data] {
    var result: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      result[name] = FileManager.default.contents(atPath: folder + "/" + name)
    }
    return result.filter { $0.key.hasSuffix(".h5") || $0.key.hasSuffix(".json") }
  }
}

private final class Notes: Reporter {
  var all: [String] = []
  /// Those about a network that was trained.
  func note(_ text: String) { if text.hasPrefix("alone") { all.append(text) } }
  func progress(_ title: String, done: Int, total: Int, unit: String, detail: String) {}
  func endProgress() {}
}
