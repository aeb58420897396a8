import Families
import FlipMetrics

/// Two networks whose predictions are compared on the test split: a smaller member, or the outside
/// reference, and a larger member.
struct NetworkPair {
  /// `member 1`, `reference`.
  var reference: String
  var candidate: String
  var old: Predictions
  var new: Predictions

  /// Every pair of a family, in the order of its report.
  static func all(of family: Family) -> [NetworkPair] {
    var before: [(name: String, predictions: Predictions)] = []
    if let test = family.reference?.test { before.append(("reference", test)) }
    return family.members.enumerated().flatMap { index, member in
      let name = "member \(index + 1)"
      let pairs = before.map {
        NetworkPair(
          reference: $0.name,
          candidate: name,
          old: $0.predictions,
          new: member.test
        )
      }
      before.append((name, member.test))
      return pairs
    }
  }

  /// Numbers of the images that the first gets right and the second wrong.
  var negativeFlips: [Int] {
    new.labels.indices.filter {
      old.classes[$0] == old.labels[$0] && new.classes[$0] != new.labels[$0]
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
    var kinds: [[Int32]: Int] = [:]
    for (image, label) in pair.new.labels.enumerated() {
      let (old, new) = (pair.old.classes[image], pair.new.classes[image])
      images[Int(label)] += 1
      if old == label, new != label {
        negative[Int(label)] += 1
        kinds[[label, new], default: 0] += 1
      } else if old != label, new == label {
        positive[Int(label)] += 1
      }
    }
    self.kinds = kinds.count
    commonest = kinds.sorted {
      ($1.value, $0.key[0], $0.key[1]) < ($0.value, $1.key[0], $1.key[1])
    }.prefix(Self.limit).map {
      ClassFlip(
        trueClass: classNames[Int($0.key[0])],
        predictedClass: classNames[Int($0.key[1])],
        count: $0.value
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
