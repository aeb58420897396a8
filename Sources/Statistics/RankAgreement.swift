import RandomStreams

/// How similarly two measurements rank the same architectures.
public struct RankAgreement: Sendable, Hashable, Codable {
  public var architectures: Int
  /// Kendall's tau-b; nil for fewer than two architectures, or where one side is constant.
  public var tau: Double?
  /// Percentile bootstrap over architectures (Efron 1979): how other architectures drawn as these
  /// were would be ranked. Architectures drawn twice are ties on both sides, which tau-b leaves out.
  /// Nil for fewer than four architectures, whose resamples say nothing.
  public var interval: Interval?

  /// Both have the same count. Draws `resamples` times that from `stream`.
  public init(
    _ first: [Double],
    _ second: [Double],
    resamples: Int = 2000,
    from stream: inout RandomStream
  ) {
    architectures = first.count
    tau = RankCorrelation.kendall(first, second)
    guard tau != nil, first.count >= 4 else { return }
    let values = (0..<resamples).compactMap { _ -> Double? in
      let drawn = first.indices.map { _ in stream.uniform(below: first.count) }
      return RankCorrelation.kendall(drawn.map { first[$0] }, drawn.map { second[$0] })
    }
    interval = .percentile(of: values)
  }
}
