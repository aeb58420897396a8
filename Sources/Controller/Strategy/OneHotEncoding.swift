import Decisions

/// An assignment as numbers: for every decision one place per choice and one for "inactive", of
/// which exactly one is 1.
public struct OneHotEncoding: Sendable, Hashable {
  public let width: Int
  /// Place of the inactive state of each decision; its choices follow.
  private let offsets: [Int]

  public init(_ space: DecisionSpace) {
    var offsets: [Int] = []
    var width = 0
    for decision in space.decisions {
      offsets.append(width)
      width += decision.choices.count + 1
    }
    self.offsets = offsets
    self.width = width
  }

  /// `width` numbers, for a canonical assignment of the space.
  public func features(of assignment: Assignment) -> [Float] {
    var result = [Float](repeating: 0, count: width)
    for (offset, choice) in zip(offsets, assignment.choices) { result[offset + choice + 1] = 1 }
    return result
  }
}
