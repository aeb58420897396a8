import Networks
import SearchSpaces

/// Which networks the steps of a training visit.
public protocol SubnetSampling {
  /// The networks of a step, in the order of the visits; others may learn from the first. Steps
  /// count from 0 over all phases. The result follows from the number alone, so that a resumed
  /// training visits the same networks.
  func visits(at step: Int, in phase: TrainingPhase) -> [SubnetVisit]
}

/// One network of a training step.
public struct SubnetVisit: Sendable, Hashable {
  /// The network's role in the step. Losses are reported by role.
  public enum Role: String, Sendable, Hashable, CaseIterable {
    case largest, smallest, random
    /// One of a family, which is not its largest.
    case member
    /// The one network of a training that visits no other.
    case only

    /// Whether it leads the step: it has the space's dropout, its accuracy is measured, and in-place
    /// distillation takes its softmax as the others' target.
    public var leads: Bool { self == .largest || self == .only }
  }

  public var role: Role
  public var architecture: Architecture

  public init(_ role: Role, _ architecture: Architecture) {
    self.role = role
    self.architecture = architecture
  }
}

/// One network, alone, in every step.
public struct SingleNetwork: SubnetSampling {
  public var architecture: Architecture

  public init(_ architecture: Architecture) { self.architecture = architecture }

  public func visits(at step: Int, in phase: TrainingPhase) -> [SubnetVisit] {
    [SubnetVisit(.only, architecture)]
  }
}
