/// What can be wrong with a latency table.
public enum LatencyError: Error, Equatable, CustomStringConvertible {
  /// The table was measured on another device.
  case wrongDevice(field: String, found: String, expected: String)
  case malformedTable(file: String)

  public var description: String {
    switch self {
    case .wrongDevice(let field, let found, let expected):
      "the latency table was measured elsewhere (\(field): \(found), here \(expected)), so its times "
        + "mean nothing here; measure again with 'regnas latency measure'"
    case .malformedTable(let file):
      "\(file) holds a latency table whose terms do not fit its space; measure it again"
    }
  }
}
