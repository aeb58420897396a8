/// Where each tensor of a checkpoint goes in a supernet, decided by keys and shapes alone, before any
/// value is read.
///
/// Every key of the checkpoint is in `assignments` or in `problems`, in the order of the file. Keys
/// of the supernet that the checkpoint lacks are `uncovered`, and keep the values they have: kernel
/// matrices stay the identity when a static network is loaded.
package struct ImportPlan: Sendable, Hashable, Codable {
  /// A tensor of the supernet.
  package struct Target: Sendable, Hashable, Codable {
    package var key: String
    package var shape: [Int]

    package init(key: String, shape: [Int]) {
      self.key = key
      self.shape = shape
    }
  }

  /// A tensor of the checkpoint and the key of the supernet it goes to. The shapes agree.
  package struct Assignment: Sendable, Hashable, Codable {
    package var source: String
    package var target: String
    package var shape: [Int]
    package var elementType: ForeignElementType
  }

  package var format: ForeignCheckpoint.Format
  package var assignments: [Assignment]
  package var problems: [ImportProblem]
  package var uncovered: [Target]

  /// Maps the keys of a checkpoint onto `targets`, the keys of a supernet in its own order.
  package init(_ checkpoint: ForeignCheckpoint, onto targets: [Target]) {
    let shapes = Dictionary(
      targets.map { ($0.key, $0.shape) },
      uniquingKeysWith: { first, _ in first }
    )
    let isParallel = checkpoint.tensors.allSatisfy {
      $0.key.hasPrefix(KeyRewriting.parallelPrefix)
    }
    var sources: [String: String] = [:]
    format = checkpoint.format
    assignments = []
    problems = []
    for tensor in checkpoint.tensors {
      let source = tensor.key
      let key =
        isParallel ? String(source.dropFirst(KeyRewriting.parallelPrefix.count)) : source
      guard let target = KeyRewriting.target(of: key, among: { shapes[$0] != nil }),
        let expected = shapes[target]
      else {
        problems.append(.unmatched(source: source, shape: tensor.shape))
        continue
      }
      if let first = sources[target] {
        problems.append(.duplicate(source: source, first: first, target: target))
        continue
      }
      sources[target] = source
      guard tensor.shape == expected else {
        problems.append(
          .wrongShape(source: source, target: target, found: tensor.shape, expected: expected)
        )
        continue
      }
      assignments.append(
        Assignment(
          source: source,
          target: target,
          shape: expected,
          elementType: tensor.elementType
        )
      )
    }
    uncovered = targets.filter { sources[$0.key] == nil }
  }

  /// Throws an ``ImportError`` that lists every problem, if there is one.
  package func check() throws(ImportError) {
    guard problems.isEmpty else { throw ImportError(.problems(problems)) }
  }

  /// Calls `body` with each key of the supernet and the tensor for it, in the order of the file.
  /// Throws ``ImportError`` before the first call when there is any problem, or when `checkpoint` is
  /// not the one the plan was made for.
  package func apply(
    to checkpoint: ForeignCheckpoint,
    _ body: (_ key: String, _ tensor: ForeignTensor) throws -> Void
  ) throws {
    try ImportError.naming(checkpoint.file) { () throws(ImportError) in try check() }
    let tensors = Dictionary(
      checkpoint.tensors.map { ($0.key, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    let pairs = try assignments.map { assignment in
      guard let tensor = tensors[assignment.source], tensor.shape == assignment.shape else {
        throw ImportError(
          .damaged(
            part: "'\(printable(assignment.source))'",
            reason: "the plan was made for another checkpoint"
          ),
          file: checkpoint.file
        )
      }
      return (assignment.target, tensor)
    }
    for (key, tensor) in pairs { try body(key, tensor) }
  }
}
