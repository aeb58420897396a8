/// Values kept up to a total size; the one that was not used for longest goes first.
struct BoundedStore<Key: Hashable, Value> {
  private struct Entry {
    var value: Value?
    var bytes: Int
    var lastUse: UInt64
  }

  let limit: Int
  private(set) var bytes = 0
  private var entries: [Key: Entry] = [:]
  private var clock: UInt64 = 0

  init(limit: Int) { self.limit = limit }

  /// Nil too for what has a place but no value yet.
  subscript(key: Key) -> Value? { entries[key]?.value }

  mutating func touch(_ key: Key) {
    clock += 1
    entries[key]?.lastUse = clock
  }

  /// Makes room for a value to come. False, and nothing is dropped, if it does not fit beside those
  /// that `isPinned` holds.
  mutating func reserve(
    _ key: Key,
    bytes wanted: Int,
    isPinned: (Key) -> Bool
  ) -> Bool {
    guard entries[key] == nil else { return true }
    if bytes + wanted > limit {
      let pinned = entries.reduce(0) { $0 + (isPinned($1.key) ? $1.value.bytes : 0) }
      guard pinned + wanted <= limit else { return false }
      var loose = entries.filter { !isPinned($0.key) }.map { (key: $0.key, entry: $0.value) }
      loose.sort { $0.entry.lastUse > $1.entry.lastUse }
      while bytes + wanted > limit, let oldest = loose.popLast() {
        entries[oldest.key] = nil
        bytes -= oldest.entry.bytes
      }
    }
    clock += 1
    entries[key] = Entry(value: nil, bytes: wanted, lastUse: clock)
    bytes += wanted
    return true
  }

  /// Puts a value into its reserved place; without one, nothing is kept.
  mutating func fill(_ key: Key, _ value: Value) { entries[key]?.value = value }

  /// Gives up reserved places that were never filled.
  mutating func dropUnfilled() {
    for (key, entry) in entries where entry.value == nil {
      entries[key] = nil
      bytes -= entry.bytes
    }
  }
}
