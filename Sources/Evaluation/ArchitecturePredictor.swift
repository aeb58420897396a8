import FlipMetrics
import Networks
import Supernet

/// Predicts with architectures, many at a time. Whoever judges architectures asks it for
/// predictions.
///
/// What is predicted for an architecture depends on nothing else that was asked for, now or before.
/// So answers may be kept (``CachedPredictor``), and work may be shared out.
public protocol ArchitecturePredictor: AnyObject {
  /// The predictions of each architecture for the images of a set, in the order of `architectures`.
  ///
  /// Architectures may be evaluated in any order, so that work can be shared. `each` is called once
  /// for every position of `architectures`, as soon as its predictions are there; what it throws
  /// ends the call and is passed on.
  func predictions(
    of architectures: [Architecture],
    on images: ImageSet,
    each: (_ position: Int, _ predictions: Predictions) throws -> Void
  ) throws -> [Predictions]
}

extension ArchitecturePredictor {
  public func predictions(
    of architectures: [Architecture],
    on images: ImageSet
  ) throws -> [Predictions] {
    try predictions(of: architectures, on: images) { _, _ in }
  }

  /// The predictions of one architecture.
  public func predictions(of architecture: Architecture, on images: ImageSet) throws -> Predictions
  {
    let all = try predictions(of: [architecture], on: images)
    guard let only = all.first else { throw EvaluationError.missingPredictions(of: architecture) }
    return only
  }
}

/// Predictions by position, as they come in.
package struct PredictionList {
  private let architectures: [Architecture]
  private var found: [Predictions?]

  package init(for architectures: [Architecture]) {
    self.architectures = architectures
    found = [Predictions?](repeating: nil, count: architectures.count)
  }

  package subscript(position: Int) -> Predictions? {
    get { found[position] }
    set { found[position] = newValue }
  }

  /// Throws ``EvaluationError`` unless there is one at every position: to leave one out would
  /// give all after it to other architectures.
  package func complete() throws(EvaluationError) -> [Predictions] {
    var result: [Predictions] = []
    for (architecture, predictions) in zip(architectures, found) {
      guard let predictions else { throw EvaluationError.missingPredictions(of: architecture) }
      result.append(predictions)
    }
    return result
  }
}
