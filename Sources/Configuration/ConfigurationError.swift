/// What can be wrong with a configuration, and where.
public struct ConfigurationError: Error, CustomStringConvertible, Equatable {
  /// `run.yaml:12`, `--set`, an environment variable or a flag.
  public var place: String
  public var message: String

  public init(place: String, message: String) {
    self.place = place
    self.message = message
  }
  public var description: String { "\(place): \(message)" }
}
