import Controller
import Families
import Foundation
import Networks
import SearchSpaces
import Torch

// The last phase: sampling the final family from the trained controllers.
extension SearchRun {
  /// Samples, chooses, measures on the test split and writes the family file.
  ///
  /// With the run's own settings this gives the members that the controllers were trained against;
  /// with other settings members may differ, and each is then chosen to contain the new smaller
  /// ones. Throws ``RunError/unfinished(_:)`` while controllers are missing, and
  /// ``RunError/exists(folder:)`` before overwriting.
  public func sampleFamily(
    _ settings: FamilySettings,
    to path: String,
    overwrite: Bool
  ) throws -> Family {
    defer { finishSaving() }
    guard isFinished, let evaluator else {
      throw RunError.unfinished(
        "\(folder.path): \(members.chosen.count) of \(setting.budgets.count) controllers are trained; "
          + "go on with 'regnas resume \(folder.path)' first"
      )
    }
    if !overwrite, FileManager.default.fileExists(atPath: path) {
      throw RunError.invalidInput("\(path): a file is there already; pass --overwrite or --out")
    }
    var chosen: [Architecture] = []
    for member in setting.budgets.indices {
      var strategy = try makeStrategy(for: member, containing: chosen)
      try strategy.restore(members.controllers[member])
      chosen.append(
        try choose(member, containing: chosen, strategy: &strategy, settings: settings)
          .architecture
      )
    }
    services.reporter.note("measuring \(chosen.count) members on the test split")
    let members = try chosen.map { architecture in
      Family.Member(
        architecture: architecture,
        searchPredictions: try evaluator.predictions(
          of: architecture,
          on: setting.images.search
        ),
        testPredictions: try evaluator.predictions(of: architecture, on: setting.images.test),
        weights: try evaluator.subnet(architecture).extract().state()
      )
    }
    let family = Family(members: members, report: try report(members))
    try FamilyFile.write(
      family,
      to: path,
      origin: FamilyFile.Origin(
        configuration: configuration.resultsYAML,
        space: setting.space.name,
        decisions: setting.space.decisions.decisions.map(\.name),
        dataDigest: setting.data.digest,
        supernetDigest: supernetDigest,
        searchLabels: setting.images.search.labels,
        testLabels: setting.images.test.labels
      ),
      storage: folder.storage
    )
    return family
  }
}
