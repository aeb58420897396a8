/// What can be wrong with a latency table.
public enum LatencyError: Error, Equatable, CustomStringConvertible {
  /// The table is for other images; `command` measures one for these.
  case wrongImages(command: String)
  case malformedTable(file: String)

  public var description: String {
    switch self {
    case .wrongImages(let command):
      "the latency table was measured for other images (channels, classes or sizes); measure one for "
        + "these: \(command)"
    case .malformedTable(let file):
      "\(file) holds a latency table whose terms do not fit its space; measure it again"
    }
  }
}
