/// Tensors by name: the state of whatever can be stored and restored. Slashes separate the parts of
/// a name.
public typealias StateDictionary = [String: Tensor]

extension StateDictionary {
  /// The entries whose names begin with `prefix`, without it.
  package func entries(under prefix: String) -> StateDictionary {
    reduce(into: [:]) { result, entry in
      if entry.key.hasPrefix(prefix) {
        result[String(entry.key.dropFirst(prefix.count))] = entry.value
      }
    }
  }

  /// Adds entries, with `prefix` before their names.
  package mutating func set(_ entries: StateDictionary, under prefix: String) {
    for (name, value) in entries { self[prefix + name] = value }
  }
}
