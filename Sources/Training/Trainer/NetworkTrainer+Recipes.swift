import Networks
import RandomStreams
import SearchSpaces
import Supernet
import Torch

extension NetworkTrainer {
  /// Trains all networks of a supernet as the configuration says.
  ///
  /// Distillation from a fixed teacher takes `teacher`, or else the largest network as it stands when
  /// the first phase begins in which something is elastic, calibrated on what `calibration` gives:
  /// batches of training images, the same at every call.
  ///
  /// Throws ``TrainingError/invalidConfiguration(field:reason:)``.
  public convenience init(
    _ supernet: Supernet,
    configuration: TrainingConfiguration,
    stepsPerEpoch: Int,
    teacher: Teacher? = nil,
    calibration: @escaping () throws -> [Tensor] = { [] },
    seed: UInt64
  ) throws {
    let plan = try TrainingPlan(configuration, of: supernet.space, stepsPerEpoch: stepsPerEpoch)
    try self.init(
      supernet,
      configuration: configuration,
      phases: plan.phases,
      teacher: teacher,
      calibration: calibration,
      seed: seed
    )
  }

  /// The same with phases of the caller's.
  package convenience init(
    _ supernet: Supernet,
    configuration: TrainingConfiguration,
    phases: [TrainingPhase],
    teacher: Teacher? = nil,
    calibration: @escaping () throws -> [Tensor] = { [] },
    seed: UInt64
  ) throws {
    let targets: any TargetSource =
      switch configuration.distillation {
      case .none: NoTargets()
      case .inPlace: InPlaceTargets()
      case .teacher: teacher.map { FixedTargets($0) } ?? .init(largestCalibratedOn: calibration)
      }
    try self.init(
      supernet,
      configuration: configuration,
      phases: phases,
      sampling: SandwichSampling(
        supernet.space,
        sandwich: configuration.sandwich,
        randomSubnets: configuration.randomSubnets,
        drawn: configuration.sampling,
        random: RandomStream(seed: seed, name: "supernet.training.subnets")
      ),
      objective: DistillationLoss(
        weight: configuration.distillationWeight,
        labels: LabelLoss(smoothing: configuration.labelSmoothing)
      ),
      targets: targets,
      seed: seed
    )
  }

  /// Trains one network of a supernet alone, for all steps in one phase, on the labels: what a
  /// subnet is compared with. Its weights are the leading slices of the supernet's. Whatever the
  /// configuration says about subnets and their targets is ignored.
  ///
  /// Throws ``TrainingError/invalidConfiguration(field:reason:)``, and ``DecisionError`` where the
  /// architecture is of another space.
  public convenience init(
    _ supernet: Supernet,
    only architecture: Architecture,
    configuration: TrainingConfiguration,
    stepsPerEpoch: Int,
    seed: UInt64
  ) throws {
    let plan = try TrainingPlan(alone: configuration, stepsPerEpoch: stepsPerEpoch)
    try self.init(
      supernet,
      configuration: configuration,
      phases: plan.phases,
      sampling: SingleNetwork(supernet.space.decisions.canonical(architecture.choices)),
      objective: LabelLoss(smoothing: configuration.labelSmoothing),
      seed: seed
    )
  }
}
