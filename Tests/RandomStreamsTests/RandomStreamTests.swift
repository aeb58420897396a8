import RandomStreams
import Testing

@Suite struct RandomStreamTests {
  @Test func referenceSequence() {
    // The published first outputs of SplitMix64 from state 1234567.
    var stream = RandomStream(state: 1_234_567)
    #expect(stream.next() == 6_457_827_717_110_365_317)
    #expect(stream.next() == 3_203_168_211_198_807_973)
    #expect(stream.next() == 9_817_491_932_198_370_423)
  }

  @Test func goesOnFromItsState() {
    var stream = RandomStream(seed: 3, name: "a")
    _ = stream.permutation(of: 100)
    var copy = RandomStream(state: stream.state)
    #expect((0..<50).map { _ in stream.next() } == (0..<50).map { _ in copy.next() })
  }

  @Test func namesSeedsAndIndicesSeparateStreams() {
    var first: Set<UInt64> = []
    for seed in 0..<10 as Range<UInt64> {
      for name in ["a", "b", "ab"] {
        let stream = RandomStream(seed: seed, name: name)
        for index in 0..<100 as Range<UInt64> {
          var substream = stream.substream(index)
          first.insert(substream.next())
        }
      }
    }
    #expect(first.count == 10 * 3 * 100)
  }

  @Test func boundedNumbersAreUniform() {
    var stream = RandomStream(seed: 1, name: "uniform")
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[stream.uniform(below: 7)] += 1 }
    // Binomial standard deviation sqrt(70000 * 1/7 * 6/7) = 93: five of them.
    for count in counts { #expect(abs(count - 10_000) < 465) }
  }

  @Test func normalMoments() {
    var stream = RandomStream(seed: 1, name: "normal")
    var values = [Float](repeating: 0, count: 100_001)
    stream.fillNormal(&values, standardDeviation: 2)
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    let variance = values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(values.count)
    // Five standard errors: 2/sqrt(n) for the mean, 4*sqrt(2/n) for the variance.
    #expect(abs(mean) < 0.032)
    #expect(abs(variance - 4) < 0.09)
  }

  @Test func permutationHoldsEveryIndexOnce() {
    var stream = RandomStream(seed: 9, name: "p")
    #expect(stream.permutation(of: 1000).sorted() == Array(0..<1000))
    #expect(stream.permutation(of: 0) == [])
  }
}
