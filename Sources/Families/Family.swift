import FlipMetrics
import HDF5
import Networks
import SearchSpaces
import Torch

/// The final family of a run: one network per budget, each containing the smaller ones, with all
/// that is needed to rebuild, export, run and report its members without the run.
///
/// ```swift
/// let family = try Family(contentsOf: "family.h5")
/// let member = family.members[0]
/// let network = try member.network(on: .cpu)
/// let logits = try network.logits(member.prepared(images))  // [batch, classes]
/// ```
///
/// What is nil is what the file's version lacks: those written by regnas 0.1.0 (``FamilyFile``,
/// version 1) have neither space, images, sampling nor evaluations, and their members cannot be
/// rebuilt.
public struct Family {
  /// Smallest first.
  public var members: [Member]
  public var report: FamilyReport
  /// Names of the space's decisions, in the order of an architecture's choices.
  public var decisions: [String]
  public var provenance: Provenance
  public var space: (any ConfiguredSpace)?
  public var images: Images?
  /// The outside model that members' flips were counted against; nil too where there was none.
  public var reference: Reference?
  public var sampling: Sampling?
  /// Every architecture that a controller evaluated, in the order of evaluation.
  public var evaluations: [Evaluation]?

  package init(
    members: [Member],
    report: FamilyReport,
    decisions: [String],
    provenance: Provenance,
    space: (any ConfiguredSpace)?,
    images: Images?,
    reference: Reference?,
    sampling: Sampling?,
    evaluations: [Evaluation]?
  ) {
    self.members = members
    self.report = report
    self.decisions = decisions
    self.provenance = provenance
    self.space = space
    self.images = images
    self.reference = reference
    self.sampling = sampling
    self.evaluations = evaluations
  }
}

extension Family {
  /// One network of the family. Its budget, costs and rates are in the report, in the same order.
  public struct Member {
    public var architecture: Architecture
    /// For the images of the search split.
    public var search: Predictions
    /// For the images of the test split.
    public var test: Predictions
    /// The network by itself: tensors under the names of an extracted network, calibrated
    /// statistics included.
    public var weights: [String: Tensor]
    /// The space it is rebuilt from, or why it cannot be.
    let space: Result<any ConfiguredSpace, HDF5Error>

    package init(
      architecture: Architecture,
      of space: any ConfiguredSpace,
      search: Predictions,
      test: Predictions,
      weights: [String: Tensor]
    ) {
      self.init(
        architecture: architecture,
        search: search,
        test: test,
        weights: weights,
        space: .success(space)
      )
    }

    init(
      architecture: Architecture,
      search: Predictions,
      test: Predictions,
      weights: [String: Tensor],
      space: Result<any ConfiguredSpace, HDF5Error>
    ) {
      self.architecture = architecture
      self.search = search
      self.test = test
      self.weights = weights
      self.space = space
    }
  }

  /// What an outside model predicts.
  public struct Reference: Sendable, Hashable {
    public var search: Predictions
    /// Nil where its predictions on the test split were not given.
    public var test: Predictions?

    package init(search: Predictions, test: Predictions?) {
      self.search = search
      self.test = test
    }
  }

  /// How members were sampled from the trained controllers.
  public struct Sampling: Sendable, Hashable {
    /// Architectures drawn from each controller.
    public var samples: Int
    /// How many of the best were measured on the whole search split.
    public var finalists: Int
    public var seed: UInt64

    package init(samples: Int, finalists: Int, seed: UInt64) {
      self.samples = samples
      self.finalists = finalists
      self.seed = seed
    }
  }

  /// An architecture that a controller evaluated, with its figures on the reward images, which
  /// belong to the search split.
  public struct Evaluation: Sendable, Hashable {
    /// Number of the member that was searched, from 1.
    public var member: Int
    /// Number of the controller's update, from 1: its step in `metrics.jsonl`.
    public var update: Int
    public var architecture: Architecture
    public var accuracy: Double
    /// The largest of the rates against all references.
    public var negativeFlipRate: Double
    public var reward: Double
    public var macs: Int
    public var parameters: Int

    package init(
      member: Int,
      update: Int,
      architecture: Architecture,
      accuracy: Double,
      negativeFlipRate: Double,
      reward: Double,
      macs: Int,
      parameters: Int
    ) {
      self.member = member
      self.update = update
      self.architecture = architecture
      self.accuracy = accuracy
      self.negativeFlipRate = negativeFlipRate
      self.reward = reward
      self.macs = macs
      self.parameters = parameters
    }
  }

  /// What the family was made from. Nothing in it depends on time or place.
  public struct Provenance: Sendable, Hashable {
    /// The run's, YAML.
    public var configuration: String
    /// SHA-256 of the data set's content.
    public var dataDigest: String
    /// SHA-256 of the images and labels of the splits that members predict, whatever file they are
    /// in; nil in files of regnas 0.1.
    public var searchDigest: String?
    public var testDigest: String?
    /// SHA-256 of the supernet's file.
    public var supernetDigest: String
    /// Version of libtorch, device and number of threads: what else results depend on to the bit.
    public var computer: String?

    package init(
      configuration: String,
      dataDigest: String,
      searchDigest: String? = nil,
      testDigest: String? = nil,
      supernetDigest: String,
      computer: String?
    ) {
      self.configuration = configuration
      self.dataDigest = dataDigest
      self.searchDigest = searchDigest
      self.testDigest = testDigest
      self.supernetDigest = supernetDigest
      self.computer = computer
    }
  }
}
