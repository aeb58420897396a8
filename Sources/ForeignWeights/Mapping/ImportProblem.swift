/// Why one key of a checkpoint cannot go into the supernet.
package enum ImportProblem: Sendable, Hashable, Codable {
  /// How many are listed where there are many.
  static let shown = 10

  /// The space has no such key, under any of its older names.
  case unmatched(source: String, shape: [Int])
  case wrongShape(source: String, target: String, found: [Int], expected: [Int])
  /// `first`, earlier in the file, goes to the same target.
  case duplicate(source: String, first: String, target: String)
  /// The elements are whole numbers where weights are needed.
  case wrongType(source: String, target: String, found: ForeignElementType)
  /// What stands where a tensor is needed is an object of the class `found`.
  case notATensor(source: String, target: String, found: String)

  package var source: String {
    switch self {
    case .unmatched(let source, _), .wrongShape(let source, _, _, _),
      .duplicate(let source, _, _), .wrongType(let source, _, _), .notATensor(let source, _, _):
      source
    }
  }
}

extension ImportProblem: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unmatched("", let shape):
      return "the file is one tensor \(shape) without a name; save the network's state_dict()"
    case .unmatched(let source, let shape):
      return "'\(printable(source))' \(shape): the space has no such key; is it the right space?"
    case .wrongShape(let source, let target, let found, let expected):
      return
        "'\(printable(source))' has the shape \(found), and '\(target)' needs \(expected); are the space and its width multiplier right?"
    case .duplicate(let source, let first, let target):
      return
        "'\(printable(source))' and '\(printable(first))' both go to '\(target)'; remove one of them"
    case .wrongType(let source, let target, let found):
      return
        "'\(printable(source))' holds \(found.rawValue), and '\(target)' needs floating point "
        + "numbers; is the network quantised? Give its weights before that"
    case .notATensor(let source, let target, let found):
      return
        "'\(printable(source))' is an object of \(printable(found)), and '\(target)' needs a plain "
        + "tensor; in Python, tensor.detach().cpu().to_dense() or torch.as_tensor(array) makes one"
    }
  }

  /// The first few, and how many more there are.
  static func lines(_ problems: [ImportProblem]) -> [String] {
    let more = problems.count - shown
    return problems.prefix(shown).map { "  \($0)" }
      + (more > 0 ? ["  and \(more) more"] : [])
  }
}
