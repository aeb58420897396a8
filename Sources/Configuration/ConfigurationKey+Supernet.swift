import Training

extension ConfigurationKey {
  /// Where the supernet comes from and how it is trained.
  static var supernet: [ConfigurationKey] {
    [
      .init(
        "supernet.file",
        \.supernet.file,
        "A trained supernet; null trains one.",
        namesFile: true
      ),
      .init(
        "supernet.initial",
        \.supernet.initial,
        "A supernet file to start from, without its head where classes differ; null for fresh weights.",
        namesFile: true
      ),
      .training(
        "schedule",
        \.schedule,
        "Order of training: sandwich, largest-first or progressive-shrinking."
      ),
      .training(
        "phases",
        \.phases,
        "Phases of the schedule to train, such as [depth, width]; none: all."
      ),
      .training(
        "phaseShares",
        \.phaseShares,
        "Share of the epochs of each phase; none: the schedule's."
      ),
      .training(
        "phaseLearningRates",
        \.phaseLearningRates,
        "Highest learning rate of each phase; none: learningRate in all."
      ),
      .training("epochs", \.epochs, "Passes over the train split."),
      .training("batchSize", \.batchSize, "Images per step."),
      .training(
        "learningRate",
        \.learningRate,
        "Highest rate of the cosine schedule, which each phase begins anew."
      ),
      .training(
        "finalLearningRate",
        \.finalLearningRate,
        "Rate that the schedule ends with."
      ),
      .training("warmUpEpochs", \.warmUpEpochs, "Linear warm-up of each phase, in epochs."),
      .training("momentum", \.momentum, "Nesterov momentum."),
      .training("weightDecay", \.weightDecay, "Weight decay; none on batch norm and biases."),
      .training("labelSmoothing", \.labelSmoothing, "Label smoothing."),
      .training(
        "sandwich",
        \.sandwich,
        "Whether every step visits the largest and the smallest subnet."
      ),
      .training(
        "randomSubnets",
        \.randomSubnets,
        "Random subnets a step, beside those of the sandwich."
      ),
      .training(
        "sampling",
        \.sampling,
        "How they are drawn: uniform (each decision by itself) or spread (small to large alike)."
      ),
      .training(
        "updates",
        \.updates,
        "When the optimiser steps: once a batch, or after every subnet."
      ),
      .training(
        "gradients",
        \.gradients,
        "How gradients of a step's subnets are combined: sum or mean."
      ),
      .training(
        "distillation",
        \.distillation,
        "What subnets learn from: in-place (the largest of the step), teacher (a fixed one) or none."
      ),
      .training(
        "distillationWeight",
        \.distillationWeight,
        "Weight of distillation in the subnets' loss; the labels have the rest."
      ),
      .init(
        "supernet.teacher",
        \.supernet.teacher,
        "A supernet file whose largest network is the teacher; null: that of the first phase.",
        namesFile: true
      ),
      .training("gradientClip", \.gradientClip, "Largest global gradient norm; 0 for none."),
      .training(
        "averageDecay",
        \.averageDecay,
        "Decay per update of the weights' exponential moving average, which is the result; 0: none."
      ),
      .training(
        "dropoutOnlyInLargest",
        \.dropoutOnlyInLargest,
        "Dropout in the largest network alone; false: in every subnet."
      ),
      .training(
        "precision",
        \.precision,
        "Products of dense convolutions in training: float32, or bfloat16 (faster for wide ones)."
      ),
      .init(
        "supernet.calibrationImages",
        \.supernet.calibrationImages,
        "Training images that batch-norm statistics are re-estimated on.",
        where: positive
      ),
      .init(
        "supernet.calibrationBatchSize",
        \.supernet.calibrationBatchSize,
        "Images per calibration batch.",
        where: positive
      ),
      .init(
        "supernet.validateEvery",
        \.supernet.validateEvery,
        "Epochs between validations of some subnets; 0 for none.",
        where: natural
      ),
      .init(
        "supernet.validationImages",
        \.supernet.validationImages,
        "Images of the search split for a validation, at most.",
        where: positive
      ),
      .init(
        "supernet.validationSubnets",
        \.supernet.validationSubnets,
        "Random subnets of a validation, beside the largest and the smallest.",
        where: natural
      ),
    ]
  }

  /// The key of a field of the embedded training configuration, of the same name. The library says what
  /// values the field takes.
  private static func training<Value: ConfigurationText & Equatable>(
    _ field: String,
    _ key: WritableKeyPath<TrainingConfiguration, Value>,
    _ help: String
  ) -> ConfigurationKey {
    let training: WritableKeyPath<RunConfiguration, TrainingConfiguration> = \.supernet.training
    let range = TrainingConfiguration.ranges.first { $0.field == field }
    return ConfigurationKey(
      "supernet." + field,
      training.appending(path: key),
      help,
      where: range.map { range in
        (
          { (value: Value) in
            var configuration = TrainingConfiguration()
            configuration[keyPath: key] = value
            return range.holds(configuration)
          }, range.expected
        )
      }
    )
  }
}
