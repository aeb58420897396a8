/// What can be wrong with a space's configuration, a preset's name or the text of an architecture.
public enum SpaceError: Error, Equatable, CustomStringConvertible {
  case invalidConfiguration(space: String, field: String, reason: String)
  case unknownSpace(name: String, nearest: String?, names: [String])
  /// `entry` is the decision or the element of the encoding, such as `stage2.depth` or `ks[3]`.
  case invalidEntry(space: String, entry: String, reason: String)
  case malformedArchitecture(space: String, reason: String)

  public var description: String {
    switch self {
    case .invalidConfiguration(let space, let field, let reason):
      return "the configuration of the space '\(space)' is not valid: \(field) \(reason)"
    case .unknownSpace(let name, let nearest, let names):
      let hint = nearest.map { "; did you mean '\($0)'?" } ?? "."
      return
        "there is no search space '\(name)'\(hint) The spaces are \(names.joined(separator: ", "))"
    case .invalidEntry(let space, let entry, let reason):
      return "in an architecture of the space '\(space)', \(entry) \(reason)"
    case .malformedArchitecture(let space, let reason):
      return "this is not an architecture of the space '\(space)': \(reason)"
    }
  }
}
