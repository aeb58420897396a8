import Foundation

/// Orders that another program may have the classes of a data set in, and how well predictions fit
/// the labels if they were numbered so.
struct ClassOrders {
  struct Fit {
    var right: Int
    /// Completes "if".
    var description: String
  }

  private let names: [String]

  init(_ names: [String]) { self.names = names }

  /// `'0', class 1 '1', class 2 '10'`, as far as it is short.
  var beginning: String {
    names.prefix(4).enumerated().map { $0 == 0 ? "'\($1)'" : "class \($0) is '\($1)'" }
      .joined(separator: ", ")
  }

  /// The fits of orders that are known from other programs.
  func known(_ classes: [Int32], _ labels: [Int32]) -> [Fit] {
    var orders: [([Int], String)] = []
    func add(_ sorted: [String], _ description: String) {
      guard sorted != names, Set(names).count == names.count else { return }
      let places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
      let beginning = sorted.prefix(4).joined(separator: ", ")
      orders.append((sorted.map { places[$0] ?? -1 }, "\(description): \(beginning)"))
    }
    add(names.sorted { Self.isBefore($0, $1) }, "its classes were sorted by number")
    add(
      names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) },
      "its classes were sorted as text"
    )
    add(
      names.sorted { $0.lowercased() < $1.lowercased() },
      "its classes were sorted without regard to case"
    )
    add(names.reversed(), "its classes were in reverse order")
    let shift = names.indices.map { $0 - 1 } + [names.count - 1]
    orders.append((shift, "its classes were counted from 1"))
    orders.append((Array(names.indices.dropFirst()) + [0], "its classes were counted from -1"))
    return orders.map { order, description in
      Fit(
        right: zip(classes, labels).count { predicted, label in
          order.indices.contains(Int(predicted)) && order[Int(predicted)] == Int(label)
        },
        description: description
      )
    }
  }

  /// The fit of the order that suits the predictions best, found on one half of the images and
  /// measured on the other, both ways: an order that only follows chance does not fit there.
  func fitted(_ classes: [Int32], _ labels: [Int32]) -> Fit? {
    guard names.count > 1 else { return nil }
    var seen: [Int32: Int] = [:]
    // Every second image of each class.
    let isSecond = labels.map { label in
      seen[label, default: 0] += 1
      return seen[label, default: 0] % 2 == 0
    }
    var right = 0
    for half in [false, true] {
      let order = Self.assignment(
        zip(zip(classes, labels), isSecond).filter { $1 == half }.map(\.0)
      )
      right += zip(zip(classes, labels), isSecond).count {
        $1 != half && order[$0.0] == $0.1
      }
    }
    let order = Self.assignment(Array(zip(classes, labels)))
    let moved = order.filter { $0 != $1 }.sorted { $0.key < $1.key }
    guard !moved.isEmpty else { return nil }
    let beginning = moved.prefix(4).map { predicted, label in
      "its class \(predicted) was class \(label) ('\(names[Int(label)])')"
    }
    return Fit(
      right: right,
      description: beginning.joined(separator: ", ") + (moved.count > 4 ? " and so on" : "")
    )
  }

  /// The true class of each predicted one, none for two of them: the most frequent pairs first.
  private static func assignment(_ pairs: [(Int32, Int32)]) -> [Int32: Int32] {
    struct Pair: Hashable {
      var predicted: Int32
      var label: Int32
    }
    let counts = pairs.reduce(into: [Pair: Int]()) {
      $0[Pair(predicted: $1.0, label: $1.1), default: 0] += 1
    }
    let sorted = counts.sorted {
      ($1.value, $0.key.predicted, $0.key.label) < ($0.value, $1.key.predicted, $1.key.label)
    }
    var result: [Int32: Int32] = [:]
    var taken: Set<Int32> = []
    for (pair, _) in sorted where result[pair.predicted] == nil && !taken.contains(pair.label) {
      result[pair.predicted] = pair.label
      taken.insert(pair.label)
    }
    return result
  }

  /// Whether a name comes before another, runs of digits by their value.
  private static func isBefore(_ first: String, _ second: String) -> Bool {
    first.compare(second, options: [.numeric]) == .orderedAscending
  }
}
