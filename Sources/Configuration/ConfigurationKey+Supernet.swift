extension ConfigurationKey {
  /// How the supernet is trained.
  static var supernet: [ConfigurationKey] {
    [
      .init("supernet.file", \.supernet.file, "A trained supernet; null trains one."),
      .init(
        "supernet.initial",
        \.supernet.initial,
        "A supernet file to start from; null for fresh weights."
      ),
      .init(
        "supernet.schedule",
        \.supernet.schedule,
        "Order of training: sandwich, largest-first or progressive-shrinking."
      ),
      .init(
        "supernet.phases",
        \.supernet.phases,
        "Phases of the schedule to train, such as [depth, width]; none: all."
      ),
      .init(
        "supernet.phaseShares",
        \.supernet.phaseShares,
        "Share of the epochs of each phase; none: the schedule's.",
        where: ({ $0.allSatisfy { $0 > 0 && $0 <= 1 } }, "numbers above 0 that add up to 1")
      ),
      .init(
        "supernet.phaseLearningRates",
        \.supernet.phaseLearningRates,
        "Highest learning rate of each phase; none: learningRate in all.",
        where: ({ $0.allSatisfy { $0 > 0 } }, "numbers above 0")
      ),
      .init("supernet.epochs", \.supernet.epochs, "Passes over the train split.", where: positive),
      .init("supernet.batchSize", \.supernet.batchSize, "Images per step.", where: positive),
      .init(
        "supernet.learningRate",
        \.supernet.learningRate,
        "Highest rate of the cosine schedule, which each phase begins anew.",
        where: positiveNumber
      ),
      .init(
        "supernet.warmupEpochs",
        \.supernet.warmupEpochs,
        "Linear warm-up of each phase, in epochs.",
        where: nonNegative
      ),
      .init("supernet.momentum", \.supernet.momentum, "Nesterov momentum.", where: fraction),
      .init(
        "supernet.weightDecay",
        \.supernet.weightDecay,
        "Weight decay; none on batch norm and biases.",
        where: nonNegative
      ),
      .init(
        "supernet.labelSmoothing",
        \.supernet.labelSmoothing,
        "Label smoothing of the largest network's loss.",
        where: fraction
      ),
      .init(
        "supernet.sandwich",
        \.supernet.sandwich,
        "Whether every step visits the largest and the smallest subnet."
      ),
      .init(
        "supernet.randomSubnets",
        \.supernet.randomSubnets,
        "Random subnets a step, beside those of the sandwich.",
        where: natural
      ),
      .init(
        "supernet.sampling",
        \.supernet.sampling,
        "How they are drawn: uniform (each decision by itself) or spread (small to large alike)."
      ),
      .init(
        "supernet.updates",
        \.supernet.updates,
        "When the optimiser steps: once a batch, or after every subnet."
      ),
      .init(
        "supernet.gradients",
        \.supernet.gradients,
        "How gradients of a step's subnets join: sum or mean."
      ),
      .init(
        "supernet.distillation",
        \.supernet.distillation,
        "What subnets learn from: in-place (the largest of the step), teacher (a fixed one) or none."
      ),
      .init(
        "supernet.distillationWeight",
        \.supernet.distillationWeight,
        "Its weight in their loss; the labels have the rest.",
        where: ({ (0...1).contains($0) }, "a number from 0 to 1")
      ),
      .init(
        "supernet.teacher",
        \.supernet.teacher,
        "A supernet file whose largest network is the teacher; null: that of the first phase."
      ),
      .init(
        "supernet.gradientClip",
        \.supernet.gradientClip,
        "Largest global gradient norm; 0 for none.",
        where: nonNegative
      ),
      .init(
        "supernet.averaging",
        \.supernet.averaging,
        "Decay per step of an average of the weights, which is the result; 0 for the last weights.",
        where: fraction
      ),
      .init(
        "supernet.precision",
        \.supernet.precision,
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
        "Images of the search split that they look at, at most.",
        where: positive
      ),
      .init(
        "supernet.validationSubnets",
        \.supernet.validationSubnets,
        "Random subnets that they look at, beside the largest and the smallest.",
        where: natural
      ),
    ]
  }
}
