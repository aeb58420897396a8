import Torch

/// One key of the configuration: its dotted path, what it means, and how to read and set it.
package struct ConfigurationKey {
  package let path: String
  package let help: String
  /// Whether a finished checkpoint can go on under another value (how often to save, say).
  package let mayChangeOnResume: Bool
  let form: ConfigurationForm
  /// Whether the value is the path of a file that is read: what counts is the file's content, so a run
  /// goes on when it was moved.
  package let namesFile: Bool
  let read: (RunConfiguration) -> String
  let write: (inout RunConfiguration, String) throws -> Void

  init<Value: ConfigurationText & Equatable>(
    _ path: String,
    _ key: WritableKeyPath<RunConfiguration, Value>,
    _ help: String,
    mayChangeOnResume: Bool = false,
    namesFile: Bool = false,
    where valid: ((Value) -> Bool, String)? = nil
  ) {
    self.path = path
    self.help = help
    self.mayChangeOnResume = mayChangeOnResume
    form = Value.form
    self.namesFile = namesFile
    read = { $0[keyPath: key].configurationText }
    write = { configuration, text in
      let value = try Value(configurationText: text)
      if let valid, !valid.0(value) { throw Malformed(expected: valid.1) }
      configuration[keyPath: key] = value
    }
  }

  /// The variable of the environment that sets the key: `REGNAS_CONTROLLER_LEARNING_RATE`.
  package var environmentName: String { Self.environmentName(of: path) }

  static func environmentName(of path: String) -> String {
    path.reduce(into: "REGNAS_") { name, character in
      if character == "." {
        name += "_"
      } else if character.isUppercase {
        name += "_\(character)"
      } else {
        name += character.uppercased()
      }
    }
  }
}

extension ConfigurationKey {
  /// A whole number up to `limit`, which is beyond all use: above it are slips of the keyboard, and
  /// numbers that no longer can be counted with.
  static func whole(from least: Int, to limit: Int) -> ((Int) -> Bool, String) {
    ({ (least...limit).contains($0) }, "a whole number from \(least) to \(limit)")
  }
  static var positive: ((Int) -> Bool, String) { whole(from: 1, to: 10_000_000) }
  static var natural: ((Int) -> Bool, String) { whole(from: 0, to: 10_000_000) }
  static func number(above least: Double, to limit: Double) -> ((Double) -> Bool, String) {
    ({ $0 > least && $0 <= limit }, "a number above \(text(least)), up to \(text(limit))")
  }
  static func number(from least: Double, to limit: Double) -> ((Double) -> Bool, String) {
    ({ (least...limit).contains($0) }, "a number from \(text(least)) to \(text(limit))")
  }
  /// The weight of a term: far below what a single-precision sum could take beside other terms.
  static var weight: ((Double) -> Bool, String) { number(from: 0, to: 1_000_000) }
  static var fraction: ((Double) -> Bool, String) {
    ({ (0..<1).contains($0) }, "a number from 0, below 1")
  }

  private static func text(_ bound: Double) -> String {
    Int(exactly: bound).map(String.init) ?? String(bound)
  }

  /// All keys, in the order in which they are printed.
  package static var all: [ConfigurationKey] {
    [
      .init("seed", \.seed, "Seed of every random stream."),
      .init(
        "data.file",
        \.data.file,
        "Data set file (see regnas data import).",
        namesFile: true
      ),
      .init(
        "data.padding",
        \.data.padding,
        "Random crop after padding by this many pixels.",
        where: whole(from: 0, to: 1024)
      ),
      .init("data.flip", \.data.flip, "Flip training images left to right at random."),
      .init("space.name", \.space.name, "Search space (see regnas space list)."),
      .init(
        "space.widthMultiplier",
        \.space.widthMultiplier,
        "Scales every width of the space; null keeps the preset's.",
        where: (
          { $0.map { (0.01...64).contains($0) } ?? true }, "a number from 0.01 to 64, or null"
        )
      ),
      .init(
        "space.resolutions",
        \.space.resolutions,
        "Image sizes to choose from; several make it a decision. None: the data set's.",
        where: (
          { $0.allSatisfy { (1...8192).contains($0) } && zip($0, $0.dropFirst()).allSatisfy(<) },
          "ascending image sizes, such as [20, 24, 28]"
        )
      ),
    ] + supernet + [
      .init(
        "controller.strategy",
        \.controller.strategy,
        "What proposes architectures: reinforce, ppo, random, evolution or local."
      ),
      .init(
        "controller.sharing",
        \.controller.sharing,
        "per-member: a new policy for each; conditioned: one that goes from member to member."
      ),
      .init(
        "controller.updates",
        \.controller.updates,
        "Policy updates per member.",
        where: positive
      ),
      .init(
        "controller.rollout",
        \.controller.rollout,
        "Architectures per update.",
        where: positive
      ),
      .init(
        "controller.hiddenSize",
        \.controller.hiddenSize,
        "Units of the LSTM.",
        where: whole(from: 1, to: 8192)
      ),
      .init(
        "controller.learningRate",
        \.controller.learningRate,
        "Adam's step size.",
        where: number(above: 0, to: 1000)
      ),
      .init(
        "controller.baseline",
        \.controller.baseline,
        "What the reward is compared with: none, moving-average or leave-one-out."
      ),
      .init(
        "controller.baselineDecay",
        \.controller.baselineDecay,
        "Decay of the moving average.",
        where: fraction
      ),
      .init(
        "controller.entropyWeight",
        \.controller.entropyWeight,
        "Weight of the entropy bonus at the first update.",
        where: weight
      ),
      .init(
        "controller.finalEntropyWeight",
        \.controller.finalEntropyWeight,
        "The same at the last update; linear in between.",
        where: weight
      ),
      .init(
        "controller.temperature",
        \.controller.temperature,
        "Divides the logits.",
        where: number(from: 0.000_001, to: 1_000_000)
      ),
      .init(
        "controller.tanhConstant",
        \.controller.tanhConstant,
        "Bounds logits: c * tanh(logits / c), before temperature; 0 for no bound.",
        where: (
          { $0 == 0 || (0.000_001...1_000_000).contains($0) },
          "0, or a number from 1e-06 to 1000000"
        )
      ),
      .init(
        "controller.gradientClip",
        \.controller.gradientClip,
        "Largest global gradient norm; 0 for none.",
        where: number(from: 0, to: 1_000_000_000_000)
      ),
      .init("search.metric", \.search.metric, "What budgets bound: macs, parameters or latency."),
      .init(
        "search.budgets",
        \.search.budgets,
        "One per member, ascending: 1.2M, or 40% of the way from the cheapest to the most expensive.",
        where: ({ !$0.isEmpty }, "at least one budget")
      ),
      .init(
        "search.flipWeight",
        \.search.flipWeight,
        "lambda of the reward accuracy - lambda * NFR.",
        where: weight
      ),
      .init(
        "search.budgetWeight",
        \.search.budgetWeight,
        "Subtracts weight * |cost / budget - 1| from the reward, so that members use their budgets.",
        where: weight
      ),
      .init(
        "search.containment",
        \.search.containment,
        "Whether each member must contain all weights of the smaller ones."
      ),
      .init(
        "search.minimumGain",
        \.search.minimumGain,
        "By how much a member must be more accurate than the one before: 0.005 is half a point.",
        where: fraction
      ),
      .init(
        "search.aggregate",
        \.search.aggregate,
        "How the rates against several references become one: mean or worst."
      ),
      .init(
        "search.rewardImages",
        \.search.rewardImages,
        "Images of the search split that a reward is measured on; 0 for all.",
        where: natural
      ),
      .init(
        "search.precision",
        \.search.precision,
        "Precision of rewards: float32 or bfloat16. Final figures are always float32."
      ),
      .init(
        "search.reference",
        \.search.reference,
        "An outside model: its predictions on the search split (text, .npy, a file of regnas), or TorchScript.",
        namesFile: true
      ),
      .init(
        "search.referenceTest",
        \.search.referenceTest,
        "The same model's predictions on the test split.",
        namesFile: true
      ),
    ] + preparation + [
      .init(
        "search.latencyTable",
        \.search.latencyTable,
        "Latency table (see regnas latency measure), for search.metric=latency.",
        namesFile: true
      ),
      .init(
        "family.samples",
        \.family.samples,
        "Architectures sampled from each trained controller.",
        where: positive
      ),
      .init(
        "family.finalists",
        \.family.finalists,
        "The best of those and of all seen, measured again on the whole search split.",
        where: positive
      ),
      .init(
        "family.tuning.epochs",
        \.family.tuning.epochs,
        "Epochs in which the chosen members are trained on together; 0 for none.",
        where: natural
      ),
      .init(
        "family.tuning.learningRate",
        \.family.tuning.learningRate,
        "Highest rate of the tuning's cosine schedule.",
        where: number(above: 0, to: 1000)
      ),
      .init(
        "family.tuning.warmUpEpochs",
        \.family.tuning.warmUpEpochs,
        "Linear warm-up of the tuning, in epochs.",
        where: weight
      ),
      .init(
        "family.tuning.averageDecay",
        \.family.tuning.averageDecay,
        "Decay per update of the moving average that the tuning ends with; 0: none.",
        where: fraction
      ),
      .init(
        "family.tuning.flipWeight",
        \.family.tuning.flipWeight,
        "How strongly larger members are held to what smaller ones get right.",
        where: weight
      ),
      .init(
        "family.tuning.largestWeight",
        \.family.tuning.largestWeight,
        "Weight of the largest member in what smaller ones learn; the labels have the rest.",
        where: number(from: 0, to: 1)
      ),
      .init(
        "checkpoint.every",
        \.checkpoint.every,
        "Seconds between checkpoints.",
        mayChangeOnResume: true,
        where: number(from: 0, to: 1_000_000_000)
      ),
      .init(
        "checkpoint.keep",
        \.checkpoint.keep,
        "Checkpoints kept.",
        mayChangeOnResume: true,
        where: positive
      ),
      .init(
        "runtime.device",
        \.runtime.device,
        "Where networks are computed: \(Device.names).",
        where: (Device.isName, Device.names)
      ),
      .init(
        "runtime.evaluationMemory",
        \.runtime.evaluationMemory,
        "MiB of activations kept between evaluations, for speed alone.",
        mayChangeOnResume: true,
        where: natural
      ),
      .init(
        "runtime.threads",
        \.runtime.threads,
        "Threads of libtorch; 0 for every core.",
        where: natural
      ),
      .init(
        "runtime.tf32",
        \.runtime.tf32,
        "Let a GPU round the inputs of float32 products to TF32: faster, 10 bits instead of 23."
      ),
      .init(
        "runtime.tensorboard",
        \.runtime.tensorboard,
        "Write curves for TensorBoard as the run goes, in its folder.",
        mayChangeOnResume: true
      ),
      // The last key is one that every version wrote: by it a file that was cut short is known.
      .init(
        "runtime.deterministic",
        \.runtime.deterministic,
        "Refuse operations that may differ from run to run on a GPU."
      ),
    ]
  }
}
