/// Values kept up to a total size. What is worth least for its size goes first, and the longer ago it
/// was used, the less it counts (GreedyDual-Size; Cao and Irani, USITS 1997).
struct BoundedStore<Key: Hashable, Value> {
  private struct Entry {
    var value: Value?
    let bytes: Int
    /// Worth for its size, on top of ``floor`` as it was at the last use.
    var priority: Double
    let density: Double
    var lastUse: UInt64
  }

  let limit: Int
  private(set) var bytes = 0
  private var entries: [Key: Entry] = [:]
  private var clock: UInt64 = 0
  /// The priority of what was dropped last: what has not been used since falls behind.
  private var floor = 0.0

  init(limit: Int) { self.limit = limit }

  /// Nil too for what has a place but no value yet.
  subscript(key: Key) -> Value? { entries[key]?.value }

  /// Whether there is a value or a place for one.
  func holds(_ key: Key) -> Bool { entries[key] != nil }

  mutating func touch(_ key: Key) {
    guard let entry = entries[key] else { return }
    clock += 1
    entries[key]?.lastUse = clock
    entries[key]?.priority = floor + entry.density
  }

  /// Makes room for a value to come; `worth` is the work of computing it again. False, and nothing
  /// is dropped, if it does not fit beside what is worth more and `pinned`, which is in use. Later
  /// values may displace it.
  mutating func reserve(
    _ key: Key,
    bytes wanted: Int,
    worth: Double,
    pinned: Key? = nil
  ) -> Bool {
    guard entries[key] == nil else { return true }
    let density = worth / Double(max(1, wanted))
    if bytes + wanted > limit {
      guard wanted <= limit else { return false }
      var kept = entries.filter { $0.key != pinned }.sorted {
        ($0.value.priority, $0.value.lastUse) > ($1.value.priority, $1.value.lastUse)
      }
      var freed = 0
      var dropped: [Key] = []
      while bytes - freed + wanted > limit, let least = kept.last,
        least.value.priority < floor + density
      {
        freed += least.value.bytes
        dropped.append(least.key)
        kept.removeLast()
      }
      let fits = bytes - freed + wanted <= limit
      // Where nothing gives way, the least falls behind all the same: it must not stay unused for ever.
      let passed = fits ? dropped.last.flatMap { entries[$0] } : kept.last?.value
      floor = max(floor, passed?.priority ?? floor)
      guard fits else { return false }
      for key in dropped { entries[key] = nil }
      bytes -= freed
    }
    clock += 1
    entries[key] = Entry(
      value: nil,
      bytes: wanted,
      priority: floor + density,
      density: density,
      lastUse: clock
    )
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
