/// A mean with its two-sided 95 % interval, from independent values whose mean is about normal.
public struct MeanInterval: Sendable, Hashable, Codable {
  public var mean: Double
  /// Half the width of the interval; nil for a single value, which tells nothing about it.
  public var halfWidth: Double?
  public var lower: Double? { halfWidth.map { mean - $0 } }
  public var upper: Double? { halfWidth.map { mean + $0 } }

  /// Student's t interval. Nil without values.
  public init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    self.mean = mean
    guard values.count > 1 else { return }
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    halfWidth = Self.studentQuantile(values.count - 1) * (variance / count).squareRoot()
  }

  /// The 97.5 % quantile of Student's t: tabulated up to 10 degrees of freedom, beyond that the
  /// expansion of Fisher and Cornish (Technometrics 1960), whose error there is below 1e-3.
  static func studentQuantile(_ freedom: Int) -> Double {
    let table = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281]
    if freedom <= table.count { return table[freedom - 1] }
    let z = 1.959964
    let n = Double(freedom)
    let (z3, z5, z7) = (z * z * z, z * z * z * z * z, z * z * z * z * z * z * z)
    return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n)
      + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n)
  }
}
