import Families
import FlipMetrics

/// Two networks whose predictions are compared on the test split: a smaller member, or the outside
/// reference, and a larger member.
struct NetworkPair {
  /// `member 1`, `reference`.
  var reference: String
  var candidate: String
  var flips: FlipBreakdown

  /// Every pair of a family, in the order of its report.
  ///
  /// Throws `FlipError` for a reference's predictions that are not for the members' images.
  static func all(of family: Family) throws -> [NetworkPair] {
    var before: [(name: String, predictions: Predictions)] = []
    if let test = family.reference?.test { before.append(("reference", test)) }
    return try family.members.enumerated().flatMap { index, member in
      let name = "member \(index + 1)"
      let pairs = try before.map {
        NetworkPair(
          reference: $0.name,
          candidate: name,
          flips: try FlipBreakdown(reference: $0.predictions, candidate: member.test)
        )
      }
      before.append((name, member.test))
      return pairs
    }
  }
}

/// The flips of a pair by class, on the test split.
struct PairFlips: Sendable, Encodable {
  var reference: String
  var candidate: String
  /// Of each class, in the order of the classes.
  var images: [Int]
  var negative: [Int]
  var positive: [Int]
  /// The commonest negative flips by true and predicted class, most first.
  var commonest: [ClassFlip]
  /// How many kinds of negative flips there are in all.
  var kinds: Int

  struct ClassFlip: Sendable, Encodable {
    var trueClass: String
    var predictedClass: String
    var count: Int
  }

  /// How many of the commonest are kept.
  static let limit = 10

  init(_ pair: NetworkPair, classNames: [String]) {
    reference = pair.reference
    candidate = pair.candidate
    images = [Int](repeating: 0, count: classNames.count)
    (negative, positive) = (images, images)
    for one in pair.flips.classes {
      images[one.label] = one.counts.total
      negative[one.label] = one.counts.negativeFlips
      positive[one.label] = one.counts.positiveFlips
    }
    kinds = pair.flips.negativeMoves.count
    commonest = pair.flips.negativeMoves.prefix(Self.limit).map {
      ClassFlip(
        trueClass: classNames[$0.from],
        predictedClass: classNames[$0.to],
        count: $0.images
      )
    }
  }
}

extension Family {
  /// Names in the order of the classes' numbers; numbers where the file is of a version without names.
  var classNames: [String] {
    if let names = images?.classNames { return names }
    let largest = members.flatMap { $0.test.labels + $0.test.classes }.max() ?? 0
    return (0...max(0, Int(largest))).map { "class \($0)" }
  }
}
