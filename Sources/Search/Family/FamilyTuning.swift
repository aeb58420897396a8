import AtomicFiles
import Configuration
import HDF5
import Networks
import Runs
import Supernet
import Torch
import Training

/// The third stage, where `family.tuning.epochs` asks for it: the chosen members, and only they, are
/// trained on together as nested slices of the supernet's weights, which end as `tuned.h5`. Capacity is
/// then no longer shared with the other networks of the space.
final class FamilyTuning: RunStage {
  static let phase = "tuning"

  private let context: RunContext
  /// While the training is under way.
  private var trainer: NetworkTrainer?

  init(_ context: RunContext) { self.context = context }

  func run(_ products: inout RunProducts) throws {
    guard let members = products.members else {
      throw RunError.unfinished("\(context.folder.path): its search has not finished")
    }
    let trainer = try self.trainer ?? makeTrainer(members.architectures)
    self.trainer = trainer
    try TrainingLoop(context: context, phase: Self.phase).run(
      trainer,
      on: context.setting.images.trainingBatches(
        from: trainer.stepsDone,
        stream: "family.tuning.batches"
      )
    )
    try trainer.result().write(
      to: context.folder.file(RunFolder.tunedName),
      provenance: [
        "configuration": context.configuration.resultsYAML,
        "data-sha256": context.setting.data.digest,
        "seed": String(context.configuration.seed),
        "members": members.architectures.map(context.setting.space.code).joined(separator: ", "),
        "note": "trained on as a family: other subnets than the members are worth little",
      ],
      createdBy: Program.identity,
      storage: context.folder.storage
    )
    self.trainer = nil
    products.tuned = try TrainedSupernet(context, file: RunFolder.tunedName)
  }

  func store(in checkpoint: inout Checkpoint) throws {
    if let trainer { checkpoint.set(try trainer.state(), under: "tuning/") }
  }

  func restore(
    from checkpoint: Checkpoint,
    isDone: Bool,
    products: inout RunProducts
  ) throws {
    if isDone {
      products.tuned = try TrainedSupernet(context, file: RunFolder.tunedName)
      return
    }
    let state = checkpoint.tensors(under: "tuning/")
    guard !state.isEmpty, let members = products.members else { return }
    let trainer = try makeTrainer(members.architectures)
    try trainer.restore(state)
    self.trainer = trainer
  }

  private func makeTrainer(_ members: [Architecture]) throws -> NetworkTrainer {
    let setting = context.setting
    let keys = context.configuration.family.tuning
    let training = context.configuration.supernet.training.tuned(by: keys)
    return try NetworkTrainer(
      // The trainer changes it, and others go on reading the supernet of the search.
      setting.readSupernet(context.folder.file(RunFolder.supernetName)),
      configuration: training,
      phases: TrainingPlan(alone: training, stepsPerEpoch: setting.images.trainingBatchesPerEpoch)
        .phases,
      sampling: MemberVisits(members),
      objective: FamilyLoss(keys, labelSmoothing: training.labelSmoothing),
      seed: context.configuration.seed
    )
  }
}

extension TrainingConfiguration {
  /// The configuration of a family's tuning: this one but for the keys of that.
  func tuned(by keys: RunConfiguration.Tuning) -> TrainingConfiguration {
    var result = peaking(at: keys.learningRate)
    result.epochs = keys.epochs
    result.warmUpEpochs = keys.warmUpEpochs
    result.averageDecay = keys.averageDecay
    return result
  }
}

extension FamilyLoss {
  /// As the keys of a run say.
  package init(_ keys: RunConfiguration.Tuning, labelSmoothing: Double) {
    self.init(
      largestWeight: keys.largestWeight,
      flipWeight: keys.flipWeight,
      labels: LabelLoss(smoothing: labelSmoothing)
    )
  }
}
