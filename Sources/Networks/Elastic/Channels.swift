/// A number of channels: how many the supernet stores, and how many of them a network uses.
public struct Channels: Sendable, Hashable {
  public var active: Int
  public var stored: Int

  public init(active: Int, stored: Int) {
    self.active = active
    self.stored = stored
  }

  /// Channels that every network of the space uses.
  public init(fixed count: Int) { self.init(active: count, stored: count) }
}

/// The multiple of 8 nearest to `value`, at least 8 and at least 90 % of `value`: the rounding the
/// published supernets use for every channel count. Monotone in `value`.
public func makeDivisible(_ value: Double) -> Int {
  let rounded = max(8, Int(value + 4) / 8 * 8)
  return Double(rounded) < 0.9 * value ? rounded + 8 : rounded
}

/// Hidden channels of a block: `base * ratio` rounded to the nearest integer (halves to even), then
/// by ``makeDivisible(_:)``.
public func expandedChannels(_ base: Int, by ratio: Double) -> Int {
  makeDivisible((Double(base) * ratio).rounded(.toNearestOrEven))
}
