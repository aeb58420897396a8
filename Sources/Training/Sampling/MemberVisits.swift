import Networks
import SearchSpaces

/// All members of a family in every step: the largest, which leads, then the others ascending. Members
/// that are the same network are visited once.
public struct MemberVisits: SubnetSampling {
  private let members: [Architecture]

  /// - Parameter members: ascending by budget; there must be one.
  public init(_ members: [Architecture]) {
    var seen: Set<Architecture> = []
    self.members = members.filter { seen.insert($0).inserted }
  }

  public func visits(at step: Int, in phase: TrainingPhase) -> [SubnetVisit] {
    members.suffix(1).map { SubnetVisit(.largest, $0) }
      + members.dropLast().map { SubnetVisit(.member, $0) }
  }
}
