/// A named, seeded, checkpointable stream of random numbers.
///
/// Every random choice of the project draws from a stream that is passed in: there is no global
/// generator. Two streams of different names never share numbers in practice, whatever order they
/// are used in, so adding a consumer does not disturb the others.
///
/// The generator is SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014). Its whole state is one 64-bit word, which makes a checkpoint of a
/// stream one integer and lets substreams be addressed by index (`substream`).
///
/// ```swift
/// var stream = RandomStream(seed: 7, name: "loader.shuffle")
/// let order = stream.permutation(of: 50_000)
/// ```
public struct RandomStream: RandomNumberGenerator, Sendable, Hashable, Codable {
  /// The complete state: store it, and `init(state:)` goes on from the same number.
  public private(set) var state: UInt64

  public init(state: UInt64) { self.state = state }

  public init(seed: UInt64, name: String) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    state = Self.mix(seed ^ Self.mix(hash))
  }

  /// The stream with this index under the present state, which does not advance. Use it where the
  /// numbers must depend on a position (epoch, sample) and not on how many were drawn before.
  public func substream(_ index: UInt64) -> RandomStream {
    RandomStream(state: Self.mix(state ^ Self.mix(index &+ 0x9e37_79b9_7f4a_7c15)))
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mix(state)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

// The distributions are our own, since the standard library may change how `random(in:)` uses a
// generator, and a seed must give the same run with every toolchain.
extension RandomStream {
  /// Uniform in [0, 1), with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in 0..<bound without bias (Lemire, "Fast random integer generation in an interval",
  /// 2019). `bound` must be positive.
  public mutating func uniform(below bound: Int) -> Int {
    precondition(bound > 0, "uniform(below:) needs a positive bound")
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// Fills `values` with independent numbers of the uniform distribution in [low, high).
  public mutating func fillUniform(_ values: inout [Float], low: Float, high: Float) {
    for i in values.indices { values[i] = low + (high - low) * Float(uniform()) }
  }

  /// Fisher-Yates.
  public mutating func shuffle<T>(_ values: inout [T]) {
    guard values.count > 1 else { return }
    for i in stride(from: values.count - 1, to: 0, by: -1) {
      values.swapAt(i, uniform(below: i + 1))
    }
  }

  /// A uniformly random ordering of 0..<count.
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    shuffle(&order)
    return order
  }
}
