import Foundation

extension RandomStream {
  /// Two independent standard normal numbers (Box and Muller).
  public mutating func normalPair() -> (Double, Double) {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    return (radius * cos(angle), radius * sin(angle))
  }

  /// Fills `values` with independent numbers of the normal distribution of mean 0.
  public mutating func fillNormal(_ values: inout [Float], standardDeviation: Double) {
    var index = 0
    while index < values.count {
      let (first, second) = normalPair()
      values[index] = Float(first * standardDeviation)
      if index + 1 < values.count { values[index + 1] = Float(second * standardDeviation) }
      index += 2
    }
  }
}
