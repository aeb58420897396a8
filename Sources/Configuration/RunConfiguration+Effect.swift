extension RunConfiguration {
  /// What is set to another value than the default and changes nothing, since another key rules it out:
  /// a line for each such other key.
  package var notesOnKeysWithoutEffect: [String] {
    let set = differences(from: RunConfiguration())
    let isTuned = family.tuning.epochs > 0
    let ofTraining = set.filter {
      ($0.hasPrefix("supernet.") || ["data.padding", "data.flip"].contains($0))
        && !Self.usedWithTrainedSupernet.contains($0)
        && !(isTuned && Self.usedInTuning.contains($0))
    }
    let (trains, training) = (supernet.file == nil, supernet.training)
    let hasPolicy = controller.strategy == .reinforce || controller.strategy == .ppo
    let rules: [(holds: Bool, reason: String, keys: [String])] = [
      (
        !trains, "supernet.file gives a trained supernet",
        ofTraining
      ),
      (
        !isTuned, "family.tuning.epochs is 0", set.filter { $0.hasPrefix("family.tuning.") }
      ),
      (
        trains && training.distillation == .none, "supernet.distillation is 'none'",
        ["supernet.distillationWeight"]
      ),
      (
        trains && training.randomSubnets == 0, "supernet.randomSubnets is 0",
        ["supernet.sampling"]
      ),
      (
        trains && supernet.validateEvery == 0, "supernet.validateEvery is 0",
        ["supernet.validationImages", "supernet.validationSubnets"]
      ),
      (
        !hasPolicy,
        "controller.strategy is '\(controller.strategy.rawValue)', which learns no policy",
        Self.keysOfPolicies
      ),
      (
        hasPolicy && controller.baseline != .movingAverage,
        "controller.baseline is '\(controller.baseline.rawValue)'", ["controller.baselineDecay"]
      ),
      (
        search.reference == nil, "search.reference is not set",
        ConfigurationKey.preparation.map(\.path)
      ),
      (
        search.metric != .latency, "search.metric is '\(search.metric.rawValue)', not 'latency'",
        ["search.latencyTable"]
      ),
    ]
    return rules.compactMap { holds, reason, keys in
      let idle = keys.filter(set.contains)
      guard holds, !idle.isEmpty else { return nil }
      return "warning: \(idle.joined(separator: ", ")): without effect, since \(reason)"
    }
  }

  private static let usedWithTrainedSupernet = [
    "supernet.file", "supernet.calibrationImages", "supernet.calibrationBatchSize",
  ]

  /// Members are trained on with these, beside the keys of the tuning itself.
  private static let usedInTuning =
    ["data.padding", "data.flip"]
    + [
      "batchSize", "finalLearningRate", "momentum", "weightDecay", "labelSmoothing", "gradients",
      "gradientClip", "dropoutOnlyInLargest", "precision",
    ].map { "supernet." + $0 }

  private static let keysOfPolicies = [
    "sharing", "hiddenSize", "learningRate", "baseline", "baselineDecay", "entropyWeight",
    "finalEntropyWeight", "temperature", "tanhConstant", "gradientClip",
  ].map { "controller." + $0 }
}
