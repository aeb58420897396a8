/// Normalised images and their labels, ready to become tensors.
public struct ImageBatch: Sendable, Hashable {
  /// The images' numbers in the data set.
  public var indices: [Int]
  /// (value / 255 - mean) / deviation, in the order [image, row, column, channel]: a tensor
  /// [N, C, H, W] in channels-last memory order.
  public var pixels: [Float]
  public var shape: ImageShape
  /// [N]
  public var labels: [Int64]

  public var count: Int { labels.count }
}
