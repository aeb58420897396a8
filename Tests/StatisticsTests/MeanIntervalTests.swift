import Statistics
import Testing

@Suite struct MeanIntervalTests {
  /// Reference quantiles of Student's t, from tables.
  @Test func intervalsUseStudentsT() throws {
    for (count, quantile) in [(2, 12.7062), (5, 2.7764), (12, 2.2010), (20, 2.0930), (101, 1.9840)]
    {
      let values = (0..<count).map { Double($0) }
      let interval = try #require(MeanInterval(values))
      // The variance of 0...n-1 is n (n + 1) / 12.
      let error = (Double(count + 1) / 12).squareRoot()
      let halfWidth = try #require(interval.halfWidth)
      #expect(abs(halfWidth / error - quantile) < 2e-3)
      #expect(interval.mean == Double(count - 1) / 2)
    }
    #expect(MeanInterval([]) == nil)
    let single = MeanInterval([3])
    #expect(single?.mean == 3 && single?.halfWidth == nil && single?.lower == nil)
  }
}
