import FlipMetrics
import Networks
import Supernet

/// Predicts with architectures, many at a time: a service that whoever judges them asks.
///
/// What is predicted for an architecture depends on nothing else that was asked for, now or before.
/// So answers may be kept (``CachedPredictor``), and questions may be shared out.
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
    guard let only = all.first else { throw MissingPredictions(architecture: architecture) }
    return only
  }
}

/// Predictions by position, as they come in.
struct PredictionList {
  private let architectures: [Architecture]
  private var found: [Predictions?]

  init(for architectures: [Architecture]) {
    self.architectures = architectures
    found = [Predictions?](repeating: nil, count: architectures.count)
  }

  subscript(position: Int) -> Predictions? {
    get { found[position] }
    set { found[position] = newValue }
  }

  /// Throws ``MissingPredictions`` unless there is one at every position: to leave one out would
  /// give all after it to other architectures.
  func complete() throws(MissingPredictions) -> [Predictions] {
    var result: [Predictions] = []
    for (architecture, predictions) in zip(architectures, found) {
      guard let predictions else { throw MissingPredictions(architecture: architecture) }
      result.append(predictions)
    }
    return result
  }
}

/// A predictor gave no answer for an architecture: a fault of the predictor.
struct MissingPredictions: Error, Equatable, CustomStringConvertible {
  var architecture: Architecture

  var description: String {
    "no predictions came back for the architecture \(architecture.choices); this is a fault of "
      + "regnas, please report it"
  }
}
