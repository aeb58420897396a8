import Networks
import SearchSpaces
import Supernet
import Torch

/// The logits of fixed networks for the images of each batch, their mean where there are several: an
/// earlier model that a network must not fall behind, or an ensemble. For every network of a step.
public final class ReferenceLogits: TargetSource {
  private let networks: [Teacher]
  /// Of the step under way.
  private var logits: Tensor?

  /// The networks are the caller's to keep, and no part of the state.
  public init(_ networks: [Teacher]) { self.networks = networks }

  public func beginStep(on batch: TrainingBatch, in phase: TrainingPhase) throws {
    logits = try withoutGradient {
      var sum: Tensor?
      for network in networks {
        let own = try network.logits(batch.images)
        sum = try sum.map { try $0 + own } ?? own
      }
      return try sum.map { try $0 / Double(networks.count) }
    }
  }

  public func target(for visit: SubnetVisit, of batch: TrainingBatch) -> Tensor? { logits }

  public func forwardMACs(in phase: TrainingPhase, of space: any SearchSpace) throws -> Int {
    try networks.reduce(0) { try $0 + $1.macs }
  }
}
