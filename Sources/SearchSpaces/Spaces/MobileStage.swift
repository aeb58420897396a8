import Networks

/// One elastic stage of a mobile network: blocks of equal width, the first of which may stride.
public struct MobileStage: Sendable, Hashable, Codable {
  /// Output channels before the width multiplier.
  public var width: Int
  /// Stride of the first block; the others have stride 1.
  public var stride: Int
  /// Numbers of blocks to choose from, ascending.
  public var depths: [Int]
  public var activation: Activation
  public var squeezeExcitation: Bool

  public init(
    width: Int,
    stride: Int,
    depths: [Int],
    activation: Activation,
    squeezeExcitation: Bool = false
  ) {
    self.width = width
    self.stride = stride
    self.depths = depths
    self.activation = activation
    self.squeezeExcitation = squeezeExcitation
  }
}
