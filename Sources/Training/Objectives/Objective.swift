import Torch

/// The loss of one network on one batch: what a training method computes from logits.
///
/// To train by another loss, write a type of your own and pass it to ``NetworkTrainer``:
///
/// ```swift
/// /// Twice the weight on images that the reference classifies correctly.
/// struct CarefulLoss: Objective {
///   let isRight: [Bool]  // by the images' indices in the data set
///
///   func loss(_ logits: Tensor, on part: BatchPart) throws -> Tensor {
///     let weights = try Tensor(part.indices.map { isRight[$0] ? 2 : 1 }, shape: [part.count])
///     let picked = try logits.logSoftmax(1).gathered(1, part.labels.reshaped([-1, 1]))
///     return try -(picked.reshaped([-1]) * weights).mean()
///   }
/// }
/// ```
public protocol Objective {
  /// A scalar that autograd can follow back to `logits` (`[images, classes]`): the mean over the
  /// images given. These may be a shard of the batch; the means of shards are weighted by their
  /// sizes.
  ///
  /// Shards are computed on several threads at once, so this must change nothing that it holds.
  func loss(_ logits: Tensor, on part: BatchPart) throws -> Tensor
}

/// The images of a batch, or of a shard of it, over which a loss is computed.
public struct BatchPart {
  /// The network that gave the logits.
  public let visit: SubnetVisit
  /// Classes, int64 `[images]`.
  public let labels: Tensor
  /// Where the images stand in the data set.
  public let indices: [Int]
  /// What the ``TargetSource`` gave for this visit, with a row for each of the images; nil for none.
  public var target: Tensor?

  public init(visit: SubnetVisit, labels: Tensor, indices: [Int], target: Tensor? = nil) {
    self.visit = visit
    self.labels = labels
    self.indices = indices
    self.target = target
  }

  public var count: Int { indices.count }
}
