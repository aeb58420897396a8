import AtomicFiles
import Configuration
import Families
import FlipMetrics
import Foundation
import Networks
import Runs
import SearchSpaces
import Torch

/// What follows the stages of a run, at `regnas sample`: the final family, sampled from the trained controllers and measured on the test
/// split. It keeps no state and writes nothing but the family file, so it works on a run that is only
/// read.
struct FamilySelection {
  let context: RunContext
  let supernet: TrainedSupernet
  let searched: ChosenMembers
  let settings: FamilySettings

  /// With the run's own settings this gives the members that the controllers were trained against;
  /// with other settings members may differ, and each is then chosen to contain the new smaller
  /// ones. Throws ``Interrupted`` when asked to stop.
  func select() throws -> Family {
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
  /// Throws ``RunError/unfinished(_:)`` while controllers are missing, and
  /// `OutputError` before overwriting.
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
    guard let searched = products.members, let supernet = products.supernet else {
      let remedy = "go on with 'regnas resume \(shellQuoted(folder.path))' first"
      guard skipped.isEmpty else {
        throw RunError.invalidInput(
          "\(skipped[0]) The checkpoint before it is of an unfinished search: put the newest back, or "
            + remedy
        )
      }
      throw RunError.unfinished("\(folder.path): its search has not finished; \(remedy)")
    }
    try OutputFile.check(path, overwrite: overwrite)
    let family = try FamilySelection(
      context: context,
      supernet: supernet,
      searched: searched,
      settings: settings
    ).select()
    try FamilyFile.write(family, to: path, storage: storage)
    return family
  }
}
