/// What is wrong with a model or with predictions that are to be used, where, and how to mend it.
public enum PredictingError: Error, Equatable, CustomStringConvertible {
  /// A file does not hold what it should, or is for other images or classes.
  case invalidInput(String)
  /// What was asked for cannot be: a member that does not exist, images without labels.
  case impossible(String)

  public var description: String {
    switch self {
    case .invalidInput(let text), .impossible(let text): text
    }
  }
}
