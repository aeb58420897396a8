/// Where the tensors of one layer live, in the supernet and in an extracted network.
///
/// An elastic layer of the published supernets wraps its tensors one level deeper
/// (`conv.conv.weight`, `bn.bn.weight`, `linear.linear.weight`); extraction takes that level out.
public struct ModuleName: Sendable, Hashable {
  public var supernet: String
  public var extracted: String
  public var isElastic: Bool

  public init(supernet: String, extracted: String, isElastic: Bool) {
    self.supernet = supernet
    self.extracted = extracted
    self.isElastic = isElastic
  }

  /// A layer of the same path in both.
  public init(_ path: String, isElastic: Bool) {
    self.init(supernet: path, extracted: path, isElastic: isElastic)
  }

  public func child(_ name: String) -> ModuleName {
    ModuleName(
      supernet: "\(supernet).\(name)",
      extracted: "\(extracted).\(name)",
      isElastic: isElastic
    )
  }

  /// The tensor `name` of the operation `kind` (`conv`, `linear`) of this layer.
  func tensor(_ kind: String, _ name: String, stored: [Int], active: [Int]) -> WeightSlice {
    WeightSlice(
      key: isElastic ? "\(supernet).\(kind).\(kind).\(name)" : "\(supernet).\(kind).\(name)",
      staticKey: "\(extracted).\(kind).\(name)",
      stored: stored,
      active: active
    )
  }
}

/// The two constants of every batch norm of a network.
public struct BatchNormSettings: Sendable, Hashable, Codable {
  public var epsilon: Double
  public var momentum: Double

  public init(epsilon: Double, momentum: Double) {
    self.epsilon = epsilon
    self.momentum = momentum
  }
}
