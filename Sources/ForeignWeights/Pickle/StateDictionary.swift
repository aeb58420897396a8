/// The named tensors of an unpickled checkpoint: the state dict itself, or the one under a usual key,
/// with the keys of nested dictionaries joined by dots.
struct StateDictionary {
  static let maximumDepth = 32
  static let maximumVisits = 1_000_000
  static let maximumKey = 1024
  static let maximumTensors = 100_000
  /// Where training scripts put the model beside the optimizer, in order of preference.
  static let usualKeys = ["state_dict", "model_state_dict", "model"]

  /// Handles of tensors in the heap, in the order of the file.
  private(set) var entries: [(key: String, tensor: Int)] = []
  private var positions: [String: Int] = [:]
  private var visits = 0

  init(_ root: PickleValue, in heap: PickleHeap) throws(ImportError) {
    try visit(Self.model(root, in: heap), key: "", depth: 0, heap)
  }

  private static func model(_ root: PickleValue, in heap: PickleHeap) -> PickleValue {
    guard case .dictionary(let index) = root else { return root }
    for usual in usualKeys {
      for (key, value) in heap.dictionaries[index] {
        if case .string(usual) = key, case .dictionary = value { return value }
      }
    }
    return root
  }

  private mutating func visit(
    _ value: PickleValue,
    key: String,
    depth: Int,
    _ heap: PickleHeap
  ) throws(ImportError) {
    visits += 1
    try Self.limit(visits, Self.maximumVisits, "the number of values")
    try Self.limit(depth, Self.maximumDepth, "the depth of dictionaries")
    try Self.limit(key.utf8.count, Self.maximumKey, "the length of a key")
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
    case .dictionary(let index):
      for (name, value) in heap.dictionaries[index] {
        switch name {
        case .string(let name): try visit(value, key: Self.join(key, name), depth: depth + 1, heap)
        case .integer(let name):
          try visit(value, key: Self.join(key, String(name)), depth: depth + 1, heap)
        default: continue
        }
      }
    case .list(let index), .tuple(let index):
      for (position, value) in heap.sequences[index].enumerated() {
        try visit(value, key: Self.join(key, String(position)), depth: depth + 1, heap)
      }
    default: break
    }
  }

  private static func join(_ prefix: String, _ name: String) -> String {
    prefix.isEmpty ? name : "\(prefix).\(name)"
  }

  private static func limit(_ value: Int, _ limit: Int, _ part: String) throws(ImportError) {
    guard value <= limit else { throw ImportError(.limitExceeded(part: part, limit: limit)) }
  }
}
