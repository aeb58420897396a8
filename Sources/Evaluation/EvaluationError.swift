import Networks

/// What can go wrong between whoever judges architectures and a predictor.
public enum EvaluationError: Error, Equatable, CustomStringConvertible {
  /// A predictor gave no answer for an architecture: a fault of the predictor.
  case missingPredictions(of: Architecture)
  /// Stored predictions that do not belong together.
  case malformedState(set: String)

  public var description: String {
    switch self {
    case .missingPredictions(let architecture):
      "no predictions came back for the architecture \(architecture.choices); this is a fault of "
        + "regnas, please report it"
    case .malformedState(let set):
      "the stored predictions for the images '\(set)' are not well formed; the checkpoint belongs to "
        + "another program"
    }
  }
}
