/// A measure over several seeds.
public struct SeedSummary: Sendable, Hashable, Codable {
  public var count: Int
  public var mean: Double
  /// The sample's, with n - 1; nil for one seed.
  public var standardDeviation: Double?

  /// Throws ``FlipError/noValues``.
  public init(_ values: [Double]) throws(FlipError) {
    guard !values.isEmpty else { throw .noValues }
    count = values.count
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    if values.count > 1 {
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      standardDeviation = (squares / Double(values.count - 1)).squareRoot()
    }
  }
}
