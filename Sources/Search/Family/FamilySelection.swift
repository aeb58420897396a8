import AtomicFiles
import Configuration
import Families
import FlipMetrics
import Foundation
import Networks
import Runs
import SearchSpaces
import Torch

/// What follows the stages of a run, at `regnas sample`: the final family, sampled from the trained
/// controllers and measured on the test split. It keeps no state and writes nothing but the family file,
/// so it works on a run that is only read.
struct FamilySelection {
  let context: RunContext
  /// What members are measured in and cut from.
  let supernet: TrainedSupernet
  /// Whether it was tuned to the members of the search.
  let isTuned: Bool
  let searched: ChosenMembers
  let settings: FamilySettings

  /// With the run's own settings this gives the members that the controllers were trained against;
  /// with other settings members may differ, and each is then chosen to contain the new smaller
  /// ones. A family that was trained on has the members of the search, whatever the settings.
  private func choose() throws -> [Architecture] {
    guard !isTuned else { return searched.architectures }
    var chosen: [Architecture] = []
    for member in context.setting.budgets.indices {
      let task = task(member, smaller: chosen)
      var strategy = try task.makeStrategy()
      try strategy.restore(searched.controllers[member])
      chosen.append(
        try task.choose(
          from: strategy,
          seen: searched.history.architectures(of: member),
          settings: settings
        ).architecture
      )
    }
    return chosen
  }

  /// Chooses the members and measures them. Throws ``Interrupted`` when asked to stop.
  func select() throws -> Family {
    let chosen = try choose()
    context.reporter.note("measuring \(chosen.count) members on the test split")
    let images = context.setting.images
    let members = try chosen.map { architecture in
      Family.Member(
        architecture: architecture,
        of: context.setting.space,
        search: try supernet.finalPredictions(of: architecture, on: images.search),
        test: try supernet.finalPredictions(of: architecture, on: images.test),
        weights: try supernet.subnet(architecture).extract().state()
      )
    }
    return try family(members)
  }

  func task(_ member: Int, smaller: [Architecture]) -> MemberTask {
    MemberTask(context: context, supernet: supernet, index: member, smaller: smaller)
  }
}

extension SearchRun {
  /// Chooses the family of a finished run, measures it on the test split and writes the family file.
  /// Works on a run that is only read, with `path` anywhere.
  ///
  /// Throws ``RunError/unfinished(_:)`` while controllers are missing, ``ConfigurationError`` for
  /// settings under which a tuned family would have other members, and `OutputError` before overwriting.
  public func sampleFamily(
    _ settings: FamilySettings,
    to path: String,
    overwrite: Bool
  ) throws -> Family {
    try sampleFamily(settings, to: path, overwrite: overwrite, storage: SystemStorage())
  }

  package func sampleFamily(
    _ settings: FamilySettings,
    to path: String,
    overwrite: Bool,
    storage: any Storage
  ) throws -> Family {
    guard isFinished, let searched = products.members, let supernet = products.supernet else {
      let remedy = "go on with 'regnas resume \(shellQuoted(folder.path))' first"
      guard skipped.isEmpty else {
        throw RunError.invalidInput(
          "\(skipped[0]) The checkpoint before it is of an unfinished search: put the newest back, or "
            + remedy
        )
      }
      throw RunError.unfinished("\(folder.path): its search has not finished; \(remedy)")
    }
    guard products.tuned == nil || settings == FamilySettings(configuration) else {
      throw ConfigurationError(
        place: folder.path,
        message:
          "its family was trained on (family.tuning.epochs), so its members are fixed; leave out "
          + "--samples, --finalists and --seed, or search anew with 'regnas extend'"
      )
    }
    try OutputFile.check(path, overwrite: overwrite)
    let family = try FamilySelection(
      context: context,
      supernet: products.tuned ?? supernet,
      isTuned: products.tuned != nil,
      searched: searched,
      settings: settings
    ).select()
    try FamilyFile.write(family, to: path, storage: storage)
    return family
  }
}
