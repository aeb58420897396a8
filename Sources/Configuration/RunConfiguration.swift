import Supernet
import Training

/// Everything that determines a run. Each value has one key (``ConfigurationKey``), one default
/// here, and is stored in the run's folder with the rest.
///
/// No coefficient below is REG-NAS's: the paper's could not be obtained. Each is our own choice,
/// found by the measurements that `docs/` reports, or a common value of the field where it says so.
public struct RunConfiguration: Sendable, Equatable {
  public var seed: UInt64 = 0
  public var data = Data()
  public var space = Space()
  public var supernet = SupernetTraining()
  public var controller = Controller()
  public var search = Search()
  public var family = Family()
  public var checkpoint = Checkpoint()
  public var runtime = Runtime()

  public init() {}

  public struct Data: Sendable, Equatable {
    public var file = ""
    /// Random crop after padding by this many pixels.
    public var padding = 2
    public var flip = true
  }

  public struct Space: Sendable, Equatable {
    public var name = "mobilenetv3-small"
    /// Scales every width; nil keeps the preset's.
    public var widthMultiplier: Double?
    /// Image sizes to choose from, ascending; none keeps that of the data set. Several make the
    /// resolution a decision.
    public var resolutions: [Int] = []
  }

  /// Where the supernet comes from, how it is trained, and how it is watched and calibrated.
  public struct SupernetTraining: Sendable, Equatable {
    /// A trained supernet; nil trains one.
    public var file: String?
    /// A supernet whose weights the training starts from; nil for fresh ones.
    public var initial: String?
    /// A supernet whose largest network is the fixed teacher.
    public var teacher: String?
    /// The keys `supernet.<field>` of the same names.
    public var training = TrainingConfiguration()
    public var calibrationImages = 1000
    public var calibrationBatchSize = 250
    /// Epochs between validations; 0 for none.
    public var validateEvery = 1
    /// Images of the search split for a validation.
    public var validationImages = 1000
    /// Random subnets of a validation, beside the largest and the smallest.
    public var validationSubnets = 2
  }

  public struct Controller: Sendable, Equatable {
    public var strategy = Strategy.reinforce
    public var sharing = Sharing.perMember
    /// Policy updates per member.
    public var updates = 20
    /// Architectures per update.
    public var rollout = 10
    public var hiddenSize = 64
    public var learningRate = 1e-2
    public var baseline = Baseline.leaveOneOut
    public var baselineDecay = 0.9
    /// At the first update, and at the last; it falls linearly.
    public var entropyWeight = 5e-2
    public var finalEntropyWeight = 2e-2
    public var temperature = 1.0
    public var tanhConstant = 0.0
    public var gradientClip = 1.0
  }

  public struct Search: Sendable, Equatable {
    public var metric = CostMetric.macs
    public var budgets: [Budget] = [.fraction(0.15), .fraction(0.45), .fraction(0.9)]
    /// Weight of the negative-flip rate in the reward.
    public var flipWeight = 1.0
    public var aggregate = FlipAggregate.mean
    /// Weight of the soft budget in the reward.
    public var budgetWeight = 0.0
    /// Whether each member must contain the smaller ones.
    public var containment = true
    /// By how much a member must be more accurate than the one before, on the search split.
    public var minimumGain = 0.0
    /// Images of the search split a reward is measured on; 0 for all of them.
    public var rewardImages = 2000
    /// What rewards are computed in; members' final figures always in float32.
    public var precision = ComputePrecision.float32
    /// Predictions of an outside model on the search split, and on the test split.
    public var reference: String?
    public var referenceTest: String?
    /// How images become what a reference takes that is a TorchScript model: colours, side in pixels,
    /// then `(v / 255 * scale - mean) / deviation`.
    public var referenceColours: Colours?
    public var referenceSize: Int?
    public var referenceScale = 1.0
    public var referenceMean: [Double] = []
    public var referenceDeviation: [Double] = []
    /// A latency table, where `metric` is latency.
    public var latencyTable: String?
  }

  public struct Family: Sendable, Equatable {
    /// Architectures sampled from each trained controller.
    public var samples = 50
    /// The best of those and of all seen, measured again on the whole search split.
    public var finalists = 8
    public var tuning = Tuning()
  }

  /// Training the chosen members on, and only them, as nested slices of one set of weights. Batch size,
  /// momentum, weight decay, label smoothing and precision are the supernet's.
  public struct Tuning: Sendable, Equatable {
    /// 0 leaves the members as they came out of the supernet.
    public var epochs = 0
    public var learningRate = 3e-2
    public var warmUpEpochs = 0.5
    public var averageDecay = 0.999
    /// Weight of what smaller members teach larger ones (`FamilyLoss`).
    public var flipWeight = 2.0
    /// Share of what smaller members learn that comes from the largest; the labels have the rest.
    public var largestWeight = 0.5
  }

  public struct Checkpoint: Sendable, Equatable {
    /// Seconds between checkpoints.
    public var every = 60.0
    public var keep = 3
  }

  public struct Runtime: Sendable, Equatable {
    public var device = "auto"
    /// 0 takes every core.
    public var threads = 0
    /// MiB of activations kept between evaluations.
    public var evaluationMemory = 512
    public var deterministic = false
    /// Whether a GPU may round the inputs of float32 products to TF32.
    public var tf32 = false
    /// Whether curves are written for TensorBoard as the run goes.
    public var tensorboard = false
  }

  public enum Strategy: String, Sendable, CaseIterable {
    case reinforce, ppo, random, evolution, local
  }
  /// Whether each member gets a controller of its own.
  public enum Sharing: String, Sendable, CaseIterable {
    case perMember = "per-member"
    /// One policy goes from member to member, conditioned on the budget and on the last smaller
    /// member.
    case conditioned
  }
  public enum Baseline: String, Sendable, CaseIterable {
    case none
    case movingAverage = "moving-average"
    case leaveOneOut = "leave-one-out"
  }
  public enum CostMetric: String, Sendable, CaseIterable {
    case macs, parameters, latency
  }
  /// The order of the colours that a model takes; or none of them.
  public enum Colours: String, Sendable, CaseIterable {
    case rgb, bgr, grey
  }
  /// How the rates against several references become one.
  public enum FlipAggregate: String, Sendable, CaseIterable {
    case mean, worst
  }
}

/// An upper bound on a member's cost.
public enum Budget: Sendable, Equatable {
  /// In the metric's own unit (MACs, parameters, nanoseconds).
  case absolute(Int)
  /// Of the way from the cheapest to the dearest network of the space.
  case fraction(Double)
}
