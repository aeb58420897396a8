import Networks
import SearchSpaces
import Supernet
import Torch

/// Distillation from a fixed network: its class probabilities for the images of each batch.
public final class FixedTargets: TargetSource {
  /// Which networks learn from the probabilities.
  public enum Learners: Sendable {
    /// Those that do not lead the step: the largest learns from the labels.
    case followers
    case all
  }

  private let learners: Learners
  private var teacher: Teacher?
  /// What a teacher made from the network in training is calibrated on. Nil for a teacher that was
  /// given: the caller keeps that one, and it is no part of the state.
  private let calibration: (() throws -> [Tensor])?
  /// Of the step under way.
  private var probabilities: Tensor?

  public init(_ teacher: Teacher, for learners: Learners = .followers) {
    self.teacher = teacher
    self.learners = learners
    calibration = nil
  }

  /// The largest network as it stands when the first phase begins in which something is elastic,
  /// calibrated on what `calibration` gives: batches of training images, the same at every call.
  public init(largestCalibratedOn calibration: @escaping () throws -> [Tensor]) {
    self.calibration = calibration
    learners = .followers
  }

  public func begin(_ phase: TrainingPhase, training network: Supernet) throws {
    guard teacher == nil, let calibration, teaches(in: phase) else { return }
    teacher = try Teacher(network, calibratedOn: calibration())
  }

  public func beginStep(on batch: TrainingBatch, in phase: TrainingPhase) throws {
    probabilities = teaches(in: phase) ? try teacher?.probabilities(batch.images) : nil
  }

  public func target(for visit: SubnetVisit, of batch: TrainingBatch) -> Tensor? {
    learners == .followers && visit.role.leads ? nil : probabilities
  }

  public func forwardMACs(in phase: TrainingPhase, of space: any SearchSpace) throws -> Int {
    guard teaches(in: phase) else { return 0 }
    return try teacher?.macs ?? space.network(space.largest).macs()
  }

  /// Where nothing is elastic, only the largest is trained, and it is no follower.
  private func teaches(in phase: TrainingPhase) -> Bool {
    learners == .all || !phase.elastic.isEmpty
  }

  public func state() throws -> [String: Tensor] {
    calibration == nil ? [:] : try teacher?.state() ?? [:]
  }

  public func restore(_ state: [String: Tensor], training network: Supernet) throws {
    guard calibration != nil else { return }
    teacher =
      state.isEmpty ? nil : try Teacher(state, of: network.space, on: network.device)
  }
}
