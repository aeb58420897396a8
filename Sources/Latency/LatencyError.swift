/// What can be wrong with a latency table.
public enum LatencyError: Error, Equatable, CustomStringConvertible {
  case malformedTable(file: String)

  public var description: String {
    switch self {
    case .malformedTable(let file):
      "\(file) holds a latency table whose terms do not fit its space; measure it again"
    }
  }
}
