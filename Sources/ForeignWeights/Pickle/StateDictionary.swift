/// Everything of an unpickled checkpoint that may be weights: its tensors, wherever they are, with the
/// keys of nested dictionaries joined by dots.
struct StateDictionary {
  static let maximumDepth = 32
  static let maximumVisits = 5_000_000
  static let maximumKey = 1024
  static let maximumTensors = 100_000

  /// Handles of tensors in the heap, in the order of the file.
  private(set) var entries: [(key: String, tensor: Int)] = []
  private(set) var rest = ForeignCheckpoint.Rest()
  private var positions: [String: Int] = [:]
  private var visits = 0

  init(_ root: PickleValue, in heap: PickleHeap) throws(ImportError) {
    rest.modules = heap.modules
    if case .foreign(let name) = root { rest.object = name }
    guard case .dictionary(let index) = root else {
      try visit(root, key: "", depth: 0, heap)
      return
    }
    for (key, value) in heap.dictionaries[index] {
      guard let name = Self.name(key) else { continue }
      let count = entries.count
      try visit(value, key: name, depth: 1, heap)
      if case .tensor = value { continue }
      rest.addItem(name, Self.kind(value), tensors: entries.count - count)
    }
  }

  private mutating func visit(
    _ value: PickleValue,
    key: String,
    depth: Int,
    _ heap: PickleHeap
  ) throws(ImportError) {
    switch value {
    case .tensor(let tensor):
      if let position = positions[key] {
        // Set twice: as in Python, the last value at the first place.
        entries[position].tensor = tensor
      } else {
        try Self.limit(entries.count + 1, Self.maximumTensors, "the number of tensors")
        positions[key] = entries.count
        entries.append((key, tensor))
      }
    case .foreign(let name): rest.addObject(key, name)
    case .dictionary(let index):
      for (name, value) in heap.dictionaries[index] {
        try descend(into: value, name: Self.name(name), key: key, depth: depth, heap)
      }
    case .list(let index), .tuple(let index):
      for (position, value) in heap.sequences[index].enumerated() {
        try descend(into: value, name: String(position), key: key, depth: depth, heap)
      }
    default: break
    }
  }

  /// What cannot be weights is passed by: plain data, and what lies too deep or is named too long.
  private mutating func descend(
    into value: PickleValue,
    name: String?,
    key: String,
    depth: Int,
    _ heap: PickleHeap
  ) throws(ImportError) {
    visits += 1
    try Self.limit(visits, Self.maximumVisits, "the number of values")
    switch value {
    case .tensor, .foreign, .dictionary, .list, .tuple: break
    default: return
    }
    guard let name, depth < Self.maximumDepth else { return }
    let key = key.isEmpty ? name : "\(key).\(name)"
    guard key.utf8.count <= Self.maximumKey else { return }
    try visit(value, key: key, depth: depth + 1, heap)
  }

  private static func name(_ key: PickleValue) -> String? {
    switch key {
    case .string(let name): name
    case .integer(let number): String(number)
    default: nil
    }
  }

  /// What an item is, where that is worth a word.
  private static func kind(_ value: PickleValue) -> String? {
    switch value {
    case .foreign(let name): PickleGlobal.isOrdinary(name) ? nil : name
    case .global(let global): PickleGlobal.isOrdinary(global.name) ? nil : global.name
    default: nil
    }
  }

  private static func limit(_ value: Int, _ limit: Int, _ part: String) throws(ImportError) {
    guard value <= limit else { throw ImportError(.limitExceeded(part: part, limit: limit)) }
  }
}
