/// What of a checkpoint does not go into the supernet, and is no problem: to be named.
struct LeftOver {
  private static let shown = 10

  private let checkpoint: ForeignCheckpoint
  private let taken: WeightSet
  private let copies: [WeightSet]
  /// Items of the outermost dictionary that nothing was taken from.
  private let otherItems: [ForeignCheckpoint.Rest.Item]
  /// Keys of tensors that are passed over one by one.
  private var passedOver: [String] = []
  /// What the keys of tensors in ``otherItems`` begin with.
  private let beginnings: [String]

  init(_ checkpoint: ForeignCheckpoint, taken: WeightSet, copies: [WeightSet]) {
    self.checkpoint = checkpoint
    self.taken = taken
    self.copies = copies
    otherItems = checkpoint.rest.items.filter { !taken.prefix.hasPrefix($0.name + ".") }
    beginnings = otherItems.filter { $0.tensors > 0 }.map { $0.name + "." }
  }

  /// Names one tensor, unless a line about all that it lies in does.
  mutating func add(_ index: Int) {
    let tensor = checkpoint.tensors[index]
    guard !isCopied(tensor), !beginnings.contains(where: { tensor.key.hasPrefix($0) })
    else { return }
    passedOver.append(tensor.key)
  }

  /// Whether a tensor is a number that wrappers keep beside weights: `n_averaged`, a step, a state of
  /// random numbers. `name` is its key within the set that was taken.
  func isBookkeeping(_ tensor: ForeignTensor, _ name: String) -> Bool {
    !name.contains(".") && (tensor.count == 1 || tensor.elementType.isInteger)
  }

  /// Whether a tensor is of another copy of the network.
  func isCopied(_ tensor: ForeignTensor) -> Bool {
    copies.contains { !$0.prefix.isEmpty && tensor.key.hasPrefix($0.prefix) }
  }

  var notes: [String] {
    var lines: [String] = []
    if !taken.prefix.isEmpty { lines.append("taken: the tensors '\(printable(taken.prefix))*'") }
    for copy in copies.prefix(Self.shown) {
      let key = printable(String(copy.prefix.dropLast()))
      let option =
        copy.prefix.isEmpty ? "--prefix ''" : "--key \(key)"
      lines.append(
        "also there: '\(printable(copy.prefix))*', \(copy.fitting.count) weights that fit; to take "
          + "them: \(option)" + (copy.isAveraged && !taken.isAveraged ? " or --ema" : "")
      )
    }
    let items = otherItems.filter { item in
      !copies.contains { $0.prefix.hasPrefix(item.name + ".") }
    }.map { item in
      var notes: [String] = item.kind.map { [printable($0)] } ?? []
      if item.tensors > 0 { notes.append(ImportPlan.counted(item.tensors, "tensor")) }
      return printable(item.name, limit: 60)
        + (notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))")
    }
    let isNamed = otherItems.contains { $0.kind != nil }
    if !items.isEmpty {
      lines.append("left alone\(isNamed ? ", nothing executed" : ""): " + Self.list(items))
    }
    if !passedOver.isEmpty {
      lines.append("passed over: " + Self.list(passedOver.map { printable($0) }))
    }
    if !objects.isEmpty { lines.append("no tensors, nothing executed: " + Self.list(objects)) }
    return lines
  }

  /// Objects within the dictionary that was taken, by key and class.
  private var objects: [String] {
    checkpoint.rest.objects.filter { key, _ in
      !checkpoint.rest.items.contains { $0.name == key }
        && !otherItems.contains { key.hasPrefix($0.name + ".") }
    }.sorted { $0.key < $1.key }.map { "\(printable($0.key)) (\(printable($0.value)))" }
  }

  private static func list(_ names: [String]) -> String {
    let more = names.count - shown
    return names.prefix(shown).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }
}

extension ImportPlan {
  /// Elements that the supernet stores otherwise than the checkpoint.
  var conversions: [String] {
    let converted = assignments.compactMap { assignment -> String? in
      let type = assignment.elementType
      guard !WeightSets.isCounter(assignment.target) else {
        return type.isInteger ? nil : "\(type.rawValue) to int64"
      }
      return type == .float32 ? nil : "\(type.rawValue) to float32"
    }
    let counts = Dictionary(grouping: converted) { $0 }.mapValues(\.count)
    return counts.sorted { $0.key < $1.key }.map { change, count in
      "converted from \(change): \(Self.counted(count, "tensor"))"
    }
  }
}
