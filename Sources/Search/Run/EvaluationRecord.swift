import Configuration
import Networks
import SearchSpaces
import Supernet
import Torch

/// What a finished run evaluated, in its order: for measuring evaluators by it.
package struct EvaluationRecord {
  package let supernet: Supernet
  /// Batches of training images.
  package let calibration: [Tensor]
  /// What rewards were measured on.
  package let images: ImageSet
  /// One rollout per update of each member's controller.
  package var rollouts: [Rollout]
  /// The family, smallest first.
  package let members: [Architecture]

  package struct Rollout {
    package var member: Int
    package var architectures: [Architecture]
  }

  /// Throws what opening and resuming a run throws, and ``RunError/unfinished(_:)`` for one without
  /// a finished search.
  package init(of path: String) throws {
    let folder = try RunFolder.open(path)
    let sources = try ConfigurationSources(
      stored: folder.read("config.yaml"),
      name: folder.file("config.yaml")
    )
    let run = try SearchRun.resume(
      folder,
      configuration: sources.configuration,
      services: .init(reporter: SilentReporter(), interruption: Interruption())
    )
    guard run.isFinished else { throw RunError.unfinished("\(path): its search has not finished") }
    supernet = try run.readSupernet(folder.file(SearchRun.supernetName))
    calibration = try run.setting.images.calibrationBatches()
    images = run.setting.images.reward
    members = run.members.chosen
    rollouts = []
    var last: (member: Int, update: Int)?
    for entry in run.members.history {
      if last.map({ $0 != (entry.member, entry.update) }) ?? true {
        rollouts.append(Rollout(member: entry.member, architectures: []))
      }
      rollouts[rollouts.count - 1].architectures.append(entry.architecture)
      last = (entry.member, entry.update)
    }
  }
}
