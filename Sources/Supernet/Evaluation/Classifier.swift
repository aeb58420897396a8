import Torch

/// A network that is ready to predict: its batch-norm statistics are its own.
public protocol Classifier {
  var device: Device { get }
  /// Logits `[batch, classes]` (float32) of normalised images `[batch, channels, height, width]`,
  /// without autograd.
  func logits(_ images: Tensor) throws -> Tensor
}

extension Classifier {
  /// For all images of `batches`, in order: the class of the largest logit, the first among equals,
  /// and the largest logit less the second largest, which tells how near the prediction is to another.
  public func classify(
    _ batches: some Sequence<Tensor>
  ) throws -> (classes: [Int32], margins: [Float]) {
    var (classes, margins): ([Int32], [Float]) = ([], [])
    try withoutGradient {
      for batch in batches {
        let logits = try logits(batch)
        let best = try logits.argmax(1, keep: true)
        let top = try logits.gathered(1, best)
        // The runner-up is the best once the winner is out of the way.
        let others = try Tensor.range(logits.size(1), device: logits.device).equal(best)
        let second = try logits.filled(where: others, with: -.infinity).max([1], keep: true)
        classes += try best.reshaped([-1]).array(Int.self).map(Int32.init)
        margins += try (top - second).reshaped([-1]).array(Float.self)
      }
    }
    return (classes, margins)
  }
}
