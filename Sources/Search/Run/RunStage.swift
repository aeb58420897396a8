import AtomicFiles
import Networks
import Runs
import Supernet
import Torch

/// A part of a run, with state of its own. A run is a list of stages: another is added by writing it and
/// putting it in the list of ``SearchRun``.
///
/// A stage goes on from whatever state it has: a new one, or that of a checkpoint. Between two small
/// steps it calls `RunContext.pause()`, where the run may be saved or stopped.
protocol RunStage: AnyObject {
  /// What a checkpoint says while the stage is under way.
  static var phase: String { get }

  /// Works to the end of the stage, from what earlier stages have made, and adds what it makes itself.
  func run(_ products: inout RunProducts) throws

  /// Adds the stage's state, under way or done, to a checkpoint.
  func store(in checkpoint: inout Checkpoint) throws

  /// Takes the state of a checkpoint that was saved while the stage was under way, or after it: then
  /// `isDone` says so, and what the stage had made is added to `products`. A checkpoint of a version
  /// that did not have the stage may say so too, without any state of it.
  func restore(
    from checkpoint: Checkpoint,
    isDone: Bool,
    products: inout RunProducts
  ) throws
}

/// What the stages of a run have made so far.
package struct RunProducts {
  package var supernet: TrainedSupernet?
  package var members: ChosenMembers?
  /// The supernet after the members were trained on as a family; nil where they were not.
  package var tuned: TrainedSupernet?

  /// Throws ``RunError/unfinished(_:)`` before the supernet is trained.
  func trainedSupernet(of folder: RunFolder) throws -> TrainedSupernet {
    guard let supernet else {
      throw RunError.unfinished(
        "\(folder.path): the supernet is not trained yet; go on with 'regnas resume \(shellQuoted(folder.path))' "
          + "first"
      )
    }
    return supernet
  }
}

/// The members that a search has chosen, smallest first.
package struct ChosenMembers {
  package var architectures: [Architecture]
  /// The controllers that chose them, as their states.
  var controllers: [[String: Tensor]]
  /// Every evaluation that a controller learned from.
  package var history: [MemberProgress.HistoryEntry]
}
