import Foundation

/// McNemar's exact test (1947): the two-sided probability of a split of discordant pairs at least
/// as uneven as `first` to `second`, if either way were equally likely.
///
/// With the two kinds of flips of a pair of models it tests whether their accuracies differ; with
/// the images that flip under one method only, whether two methods flip differently.
public func mcnemarExact(_ first: Int, _ second: Int) -> Double {
  let total = first + second
  guard total > 0 else { return 1 }
  // Twice the lower tail of the binomial distribution, in logarithms: n may be many thousands.
  let smaller = min(first, second)
  let logHalf = -Double(total) * log(2.0)
  func logTerm(_ k: Int) -> Double {
    logGamma(total + 1) - logGamma(k + 1) - logGamma(total - k + 1) + logHalf
  }
  let largest = logTerm(smaller)
  // Terms fall going down; those far below the largest add nothing.
  var sum = 0.0
  for k in stride(from: smaller, through: 0, by: -1) {
    let term = exp(logTerm(k) - largest)
    sum += term
    if term < 1e-18 * sum { break }
  }
  return min(1, 2 * exp(largest) * sum)
}

/// The logarithm of (n - 1)!. By the sum where the factorial is small, then by Stirling's series,
/// whose first left-out term is below 1e-16 there. (The C function writes a global sign.)
private func logGamma(_ n: Int) -> Double {
  guard n > 200 else { return (1..<max(2, n)).reduce(0) { $0 + log(Double($1)) } }
  let x = Double(n)
  let series = 1 / (12 * x) - 1 / (360 * x * x * x) + 1 / (1260 * x * x * x * x * x)
  return (x - 0.5) * log(x) - x + log(2 * Double.pi) / 2 + series
}
