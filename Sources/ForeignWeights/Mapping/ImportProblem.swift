/// Why one key of a checkpoint cannot go into the supernet.
package enum ImportProblem: Sendable, Hashable, Codable {
  /// The space has no such key, under any of its older names.
  case unmatched(source: String, shape: [Int])
  case wrongShape(source: String, target: String, found: [Int], expected: [Int])
  /// `first`, earlier in the file, goes to the same target.
  case duplicate(source: String, first: String, target: String)

  package var source: String {
    switch self {
    case .unmatched(let source, _), .wrongShape(let source, _, _, _),
      .duplicate(let source, _, _):
      source
    }
  }
}

extension ImportProblem: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unmatched(let source, let shape):
      return "'\(printable(source))' \(shape): the space has no such key; is it the right space?"
    case .wrongShape(let source, let target, let found, let expected):
      return
        "'\(printable(source))' has the shape \(found), and '\(target)' needs \(expected); are the space and its width multiplier right?"
    case .duplicate(let source, let first, let target):
      return
        "'\(printable(source))' and '\(printable(first))' both go to '\(target)'; remove one of them"
    }
  }
}
