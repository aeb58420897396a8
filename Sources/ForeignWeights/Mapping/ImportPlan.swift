/// Where each tensor of a checkpoint goes in a supernet, decided by keys and shapes alone, before any
/// value is read.
///
/// Every tensor of the set that was taken is in `assignments`, in `problems` or named in `notes`, in
/// the order of the file. Keys of the supernet that the set lacks are `uncovered`, and keep the values
/// they have: kernel matrices stay the identity when a static network is loaded.
package struct ImportPlan: Sendable, Hashable, Codable {
  /// A tensor of the supernet.
  package struct Target: Sendable, Hashable, Codable {
    package var key: String
    package var shape: [Int]
    /// Whether it counts batches: whole numbers, which no result depends on.
    package var isCounter: Bool { WeightSets.isCounter(key) }

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
  package var assignments: [Assignment] = []
  package var problems: [ImportProblem] = []
  package var uncovered: [Target]
  /// The keys among them whose values decide what the network says: not counters and running statistics,
  /// which are measured anew, nor kernel matrices, which a static network has none of.
  package var untrained: [String] {
    let others = ["_matrix", ".running_mean", ".running_var"]
    return uncovered.map(\.key).filter { key in
      !WeightSets.isCounter(key) && !others.contains(where: key.hasSuffix)
    }
  }
  /// What was taken and what was not, and what was converted: a line each.
  package var notes: [String] = []
  /// What may mend the problems, beyond what each says itself.
  package var hint: String?

  /// Maps the keys of a checkpoint onto `targets`, the keys of a supernet in its own order.
  ///
  /// The set of weights with the most names and shapes of the supernet is taken, whatever its keys
  /// begin with. Throws ``ImportError`` where `choice` leaves none, or where several are equally good.
  package init(
    _ checkpoint: ForeignCheckpoint,
    onto targets: [Target],
    choice: WeightChoice = WeightChoice()
  ) throws(ImportError) {
    let shapes = Dictionary(
      targets.map { ($0.key, $0.shape) },
      uniquingKeysWith: { first, _ in first }
    )
    let sets = WeightSets(checkpoint, shapes: shapes)
    let taken = try ImportError.naming(checkpoint.file) { () throws(ImportError) -> WeightSet in
      if let set = try sets.choose(choice) { return set }
      return WeightSet(prefix: try Self.beginning(checkpoint, choice, sets))
    }
    let pieces = sets.pieces(besides: taken)
    format = checkpoint.format
    uncovered = []
    var leftOver = LeftOver(checkpoint, taken: taken, copies: sets.copies(of: taken))
    var sources: [String: String] = [:]
    for (index, tensor) in checkpoint.tensors.enumerated() {
      guard tensor.key.hasPrefix(taken.prefix) else {
        if pieces.contains(where: { tensor.key.hasPrefix($0) }) {
          problems.append(.unmatched(source: tensor.key, shape: tensor.shape))
        } else {
          leftOver.add(index)
        }
        continue
      }
      let name = String(tensor.key.dropFirst(taken.prefix.count))
      guard let target = KeyRewriting.target(of: name, among: { shapes[$0] != nil }),
        let expected = shapes[target]
      else {
        if leftOver.isBookkeeping(tensor, name) || leftOver.isCopied(tensor) {
          leftOver.add(index)
        } else {
          problems.append(.unmatched(source: tensor.key, shape: tensor.shape))
        }
        continue
      }
      if let first = sources[target] {
        problems.append(.duplicate(source: tensor.key, first: first, target: target))
        continue
      }
      sources[target] = tensor.key
      if let problem = Self.problem(tensor, target, expected) {
        problems.append(problem)
        continue
      }
      assignments.append(
        Assignment(
          source: tensor.key,
          target: target,
          shape: expected,
          elementType: tensor.elementType
        )
      )
    }
    for (key, type) in checkpoint.rest.objects.sorted(by: { $0.key < $1.key })
    where key.hasPrefix(taken.prefix) {
      let name = String(key.dropFirst(taken.prefix.count))
      let target = KeyRewriting.target(of: name, among: { shapes[$0] != nil })
      if let target, sources[target] == nil {
        problems.append(.notATensor(source: key, target: target, found: type))
        sources[target] = key
      }
    }
    if assignments.isEmpty, problems.isEmpty {
      // Not even one: then nothing is beside the weights.
      problems = checkpoint.tensors.map { .unmatched(source: $0.key, shape: $0.shape) }
    }
    uncovered = targets.filter { sources[$0.key] == nil }
    notes = leftOver.notes + conversions
  }

  private static func problem(
    _ tensor: ForeignTensor,
    _ target: String,
    _ expected: [Int]
  ) -> ImportProblem? {
    guard tensor.shape == expected else {
      return .wrongShape(
        source: tensor.key,
        target: target,
        found: tensor.shape,
        expected: expected
      )
    }
    guard !tensor.elementType.isInteger || WeightSets.isCounter(target) else {
      return .wrongType(source: tensor.key, target: target, found: tensor.elementType)
    }
    return nil
  }

  /// Where to look when no name of the supernet occurs: what was asked for, or else the dictionary
  /// that training scripts put the model in.
  private static func beginning(
    _ checkpoint: ForeignCheckpoint,
    _ choice: WeightChoice,
    _ sets: WeightSets
  ) throws(ImportError) -> String {
    if let name = checkpoint.rest.modules.first, sets.sets.isEmpty {
      let key = checkpoint.rest.items.first { $0.kind == name }?.name
      throw ImportError(.wholeModule(name, key: key))
    }
    let asked = WeightChoice.ended(choice.key ?? "") + WeightChoice.ended(choice.prefix ?? "")
    if choice != WeightChoice() {
      guard !choice.isAveraged, checkpoint.tensors.contains(where: { $0.key.hasPrefix(asked) })
      else {
        let there = Set(sets.sets.map { String($0.prefix.dropLast()) })
          .union(checkpoint.rest.items.filter { $0.tensors > 0 }.map(\.name))
        throw ImportError(
          .noSuchSet(option: choice.text, isAverage: choice.isAveraged, there: there.sorted())
        )
      }
      return asked
    }
    let usual = ["state_dict.", "model_state_dict.", "model.", "net.", "network.", "module."]
    return usual.first { beginning in
      checkpoint.tensors.contains { $0.key.hasPrefix(beginning) }
    } ?? ""
  }

  /// Throws an ``ImportError`` that names the problems, if there is one.
  package func check() throws(ImportError) {
    guard problems.isEmpty else { throw ImportError(.problems(problems, hint: hint)) }
  }

  /// Calls `body` with each key of the supernet and the tensor for it, in the order of the file.
  /// Throws ``ImportError`` before the first call when there is any problem, or when `checkpoint` is
  /// not the one the plan was made for.
  package func apply(
    to checkpoint: ForeignCheckpoint,
    _ body: (_ target: Target, _ tensor: ForeignTensor) throws -> Void
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
      return (Target(key: assignment.target, shape: assignment.shape), tensor)
    }
    for (target, tensor) in pairs { try body(target, tensor) }
  }
}
