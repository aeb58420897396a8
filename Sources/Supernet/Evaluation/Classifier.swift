import Torch

/// A network whose predictions mean something.
public protocol Classifier {
  var device: Device { get }
  /// Logits `[batch, classes]` (float32) of normalised images `[batch, channels, height, width]`,
  /// without autograd.
  func logits(_ images: Tensor) throws -> Tensor
}

/// What a classifier says about a sequence of images.
public struct Predictions: Sendable, Hashable {
  /// The class of the largest logit, the first among equals.
  public var classes: [Int]
  /// The largest logit less the second largest: how near the prediction is to another.
  public var margins: [Float]

  public init(classes: [Int], margins: [Float]) {
    self.classes = classes
    self.margins = margins
  }
}

extension Classifier {
  /// Predictions for all images of `batches`, in order.
  public func predict(_ batches: some Sequence<Tensor>) throws -> Predictions {
    var predictions = Predictions(classes: [], margins: [])
    try withoutGradient {
      for batch in batches {
        let logits = try logits(batch)
        let best = try logits.argmax(1, keep: true)
        let top = try logits.gathered(1, best)
        // The runner-up is the best once the winner is out of the way.
        let others = try Tensor.range(logits.size(1), device: logits.device).equal(best)
        let second = try logits.filled(where: others, with: -.infinity).max([1], keep: true)
        predictions.classes += try best.reshaped([-1]).array(Int.self)
        predictions.margins += try (top - second).reshaped([-1]).array(Float.self)
      }
    }
    return predictions
  }
}
