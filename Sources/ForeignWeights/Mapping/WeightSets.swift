/// Tensors of a checkpoint whose keys are names of the supernet behind one beginning: a dictionary, a
/// wrapper (`module.`), both or neither.
struct WeightSet {
  /// With the dot behind it; empty for none.
  var prefix: String
  /// Names of the supernet that occur, counters of batches apart; and those whose tensors fit.
  var named: Set<String> = []
  var fitting: Set<String> = []
  /// The tensor of each, by its place in the checkpoint.
  var tensors: [String: Int] = [:]
  var isAveraged: Bool { WeightChoice.isAveraged(prefix) }
}

/// Every set of weights in a checkpoint that has names of the supernet, best first.
struct WeightSets {
  /// Dictionaries and wrappers around the names, at most.
  static let maximumDepth = 16
  /// Sets that are looked at beside the best; more there are only in files made to take long.
  static let maximumSets = 100
  /// Beginnings of keys that are tried, likewise: 20 copies of the largest published network.
  static let maximumTrials = 100_000

  let sets: [WeightSet]
  private let checkpoint: ForeignCheckpoint

  /// `shapes` are those of the supernet by key.
  init(_ checkpoint: ForeignCheckpoint, shapes: [String: [Int]]) {
    self.checkpoint = checkpoint
    // Rewriting a name changes neither its first word nor its last.
    let firsts = Set(shapes.keys.map { $0.prefix { $0 != "." } })
    let lasts = Set(shapes.keys.map(Self.last))
    var positions: [String: Int] = [:]
    var sets: [WeightSet] = []
    var trials = 0
    for (index, tensor) in checkpoint.tensors.enumerated() {
      let key = tensor.key
      guard lasts.contains(Self.last(key)) else { continue }
      for start in Self.starts(key) where firsts.contains(key[start...].prefix { $0 != "." }) {
        trials += 1
        guard trials <= Self.maximumTrials else { break }
        let name = String(key[start...])
        guard let target = KeyRewriting.target(of: name, among: { shapes[$0] != nil }),
          !Self.isCounter(target)
        else { continue }
        let prefix = String(key[..<start])
        let position = positions[prefix] ?? sets.count
        if position == sets.count {
          positions[prefix] = position
          sets.append(WeightSet(prefix: prefix))
        }
        sets[position].named.insert(target)
        sets[position].tensors[target] = sets[position].tensors[target] ?? index
        if shapes[target] == tensor.shape { sets[position].fitting.insert(target) }
      }
    }
    let ranked = sets.enumerated().sorted { a, b in
      let (first, second) = (Self.score(a.element), Self.score(b.element))
      return first != second ? first > second : a.offset < b.offset
    }
    self.sets = ranked.prefix(Self.maximumSets).map(\.element)
  }

  /// The set to take; nil if no name of the supernet occurs where it is wanted.
  ///
  /// Of several that fit equally well, one that is no moving average is taken, and one without any
  /// beginning; else throws ``ImportError/Cause/ambiguous(sets:)``.
  func choose(_ choice: WeightChoice) throws(ImportError) -> WeightSet? {
    let wanted = sets.filter { choice.allows($0.prefix) }
    guard let best = wanted.first else { return nil }
    let equal = wanted.filter { Self.score($0) == Self.score(best) }
    let plain = equal.filter { !$0.isAveraged }
    let pool = plain.isEmpty ? equal : plain
    if let bare = pool.first(where: { $0.prefix.isEmpty }) { return bare }
    guard pool.dropFirst().allSatisfy({ isSame($0, pool[0]) }) else {
      throw ImportError(.ambiguous(sets: pool.map(\.prefix)))
    }
    return pool[0]
  }

  /// Other sets that hold much the same names as `chosen`: copies of the network.
  func copies(of chosen: WeightSet) -> [WeightSet] {
    sets.filter {
      $0.prefix != chosen.prefix && 2 * $0.named.count >= chosen.named.count
        && !$0.named.isDisjoint(with: chosen.named)
    }
  }

  /// What the keys of other pieces of the same network begin with: of sets that have none of the names
  /// of `taken`.
  func pieces(besides taken: WeightSet) -> [String] {
    guard !taken.named.isEmpty else { return [] }
    return sets.filter {
      $0.prefix != taken.prefix && $0.named.isDisjoint(with: taken.named) && !$0.fitting.isEmpty
    }.map(\.prefix)
  }

  /// Whether two sets are the same bytes under two names.
  private func isSame(_ a: WeightSet, _ b: WeightSet) -> Bool {
    a.tensors.allSatisfy { target, index in
      guard let other = b.tensors[target] else { return false }
      return checkpoint.tensors[index].isSameView(as: checkpoint.tensors[other])
    }
  }

  private static func score(_ set: WeightSet) -> [Int] { [set.fitting.count, set.named.count] }

  static func isCounter(_ target: String) -> Bool { target.hasSuffix("num_batches_tracked") }

  private static func last(_ key: String) -> Substring {
    key[(key.lastIndex(of: ".").map(key.index(after:)) ?? key.startIndex)...]
  }

  /// Where names may begin: at the start, and behind each of the first dots.
  private static func starts(_ key: String) -> [String.Index] {
    var result = [key.startIndex]
    for index in key.utf8.indices where key.utf8[index] == UInt8(ascii: ".") {
      guard result.count <= maximumDepth else { break }
      result.append(key.utf8.index(after: index))
    }
    return result
  }
}

extension [Int] {
  fileprivate static func > (a: [Int], b: [Int]) -> Bool { b.lexicographicallyPrecedes(a) }
}
