import Decisions

/// A full choice of a network in a search space, canonical.
public typealias Architecture = Assignment

/// A weight-sharing search space: decisions, and what network each architecture describes.
///
/// Two rules make everything else work, and every space must keep them: choices of a decision are
/// in ascending order of size, and a network uses leading slices of the stored tensors. Then MACs
/// and parameters are monotone, and one architecture contains another exactly when every decision
/// the other makes is at least as large.
public protocol SearchSpace: Sendable {
  /// Name of the space, as stored in files: `mobilenetv3`, `proxylessnas`, `resnet50`, or a preset.
  var name: String { get }
  var decisions: DecisionSpace { get }
  /// The network of a canonical architecture.
  func network(_ architecture: Architecture) throws -> NetworkDescription
}
