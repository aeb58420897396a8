import Configuration
import Networks
import Runs
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

  /// Reads a run. Throws what that throws, and ``RunError/unfinished(_:)`` for one without a finished
  /// search.
  package init(of path: String) throws {
    let folder = try RunFolder.read(path)
    let run = try SearchRun.resume(
      folder,
      configuration: folder.configuration(),
      services: .init(reporter: SilentReporter(), interruption: Interruption())
    )
    guard let searched = run.products.members, let trained = run.products.supernet else {
      throw RunError.unfinished("\(path): its search has not finished")
    }
    supernet = trained.supernet
    calibration = trained.calibration
    images = run.context.setting.images.reward
    members = searched.architectures
    rollouts = []
    var last: (member: Int, update: Int)?
    for entry in searched.history {
      if last.map({ $0 != (entry.member, entry.update) }) ?? true {
        rollouts.append(Rollout(member: entry.member, architectures: []))
      }
      rollouts[rollouts.count - 1].architectures.append(entry.architecture)
      last = (entry.member, entry.update)
    }
  }
}
