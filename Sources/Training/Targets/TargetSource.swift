import Networks
import SearchSpaces
import Supernet
import Torch

/// What networks learn from beside the labels. The trainer asks it for each network that a step visits
/// and hands the answer to the ``Objective``, which knows what to make of it.
///
/// Only ``target(for:of:)`` has no default.
public protocol TargetSource: AnyObject {
  /// Before the first step of a phase, with the network as the phase before left it. Called again
  /// after a step that failed; the result must then be the same.
  func begin(_ phase: TrainingPhase, training network: Supernet) throws

  /// Before the first visit of a step.
  func beginStep(on batch: TrainingBatch, in phase: TrainingPhase) throws

  /// A tensor whose rows belong to the images of the batch, such as class probabilities
  /// `[batch, classes]`; nil for none. Called without recording for autograd.
  func target(for visit: SubnetVisit, of batch: TrainingBatch) throws -> Tensor?

  /// After a visit, with its logits `[batch, classes]`, cut off from autograd.
  func visited(_ visit: SubnetVisit, logits: Tensor) throws

  /// Multiply-adds an image of the networks that it runs forward in every step of a phase, for counting
  /// the cost of training.
  func forwardMACs(in phase: TrainingPhase, of space: any SearchSpace) throws -> Int

  /// What a checkpoint must hold of it, by name, on the processor.
  func state() throws -> [String: Tensor]

  /// Takes a ``state()``; empty where it had nothing yet.
  func restore(_ state: [String: Tensor], training network: Supernet) throws
}

extension TargetSource {
  public func begin(_ phase: TrainingPhase, training network: Supernet) throws {}
  public func beginStep(on batch: TrainingBatch, in phase: TrainingPhase) throws {}
  public func visited(_ visit: SubnetVisit, logits: Tensor) throws {}
  public func forwardMACs(in phase: TrainingPhase, of space: any SearchSpace) throws -> Int { 0 }
  public func state() throws -> [String: Tensor] { [:] }
  public func restore(_ state: [String: Tensor], training network: Supernet) throws {}
}

/// No target: networks learn from the labels.
public final class NoTargets: TargetSource {
  public init() {}
  public func target(for visit: SubnetVisit, of batch: TrainingBatch) -> Tensor? { nil }
}

/// In-place distillation (Yu and Huang, ICCV 2019): the softmax of the network that leads the step is
/// the target of those after it.
public final class InPlaceTargets: TargetSource {
  private var probabilities: Tensor?

  public init() {}

  public func beginStep(on batch: TrainingBatch, in phase: TrainingPhase) { probabilities = nil }

  public func target(for visit: SubnetVisit, of batch: TrainingBatch) -> Tensor? {
    visit.role.leads ? nil : probabilities
  }

  public func visited(_ visit: SubnetVisit, logits: Tensor) throws {
    guard visit.role.leads else { return }
    probabilities = try withoutGradient { try logits.softmax(1) }
  }
}
