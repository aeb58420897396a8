import Decisions
import Networks
import RandomStreams
import SearchSpaces
import Testing

@Suite struct NestedChainTests {
  /// Every chain climbs from the smallest to the largest, weight by weight, through the whole range
  /// of costs.
  @Test func chainsAreNestedAndSpanTheCosts() throws {
    for (index, space) in try everySpace().enumerated() {
      var stream = RandomStream(seed: 5, name: "chains").substream(UInt64(index))
      let table = try space.costTable(.macs)
      let range = space.attainable(table)
      for length in [2, 4, 7] {
        let chain = try space.nestedChain(length: length, using: &stream)
        #expect(chain.count <= length)
        #expect(chain.first == space.smallest)
        #expect(chain.last == space.largest)
        let networks = try chain.map { try space.network($0) }
        for (small, large) in zip(networks, networks.dropFirst()) {
          #expect(large.uncoveredWeights(of: small).isEmpty)
        }
        #expect(Set(chain).count == chain.count)
        let pairs = space.nestedPairs(chain)
        #expect(pairs.count == chain.count * (chain.count - 1) / 2)
        #expect(pairs.allSatisfy { $0.small < $0.large })
        // In every stretch of costs lies one of them, or the last step jumped over it.
        let costs = chain.map { table.cost(of: $0, in: space.decisions) }
        #expect(costs == costs.sorted())
        if chain.count == length, length == 4 {
          let middle = Double(range.lowerBound + range.upperBound) / 2
          #expect(Double(costs[1]) < middle * 1.7 && Double(costs[2]) >= middle * 0.9)
        }
      }
    }
  }

  @Test func aChainFollowsFromItsStream() throws {
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-small")
    func chain(_ seed: UInt64) throws -> [Architecture] {
      var stream = RandomStream(seed: seed, name: "chains")
      return try space.nestedChain(length: 5, using: &stream)
    }
    #expect(try chain(1) == chain(1))
    #expect(try chain(1) != chain(2))
  }

  @Test func architecturesThatDifferInTheResolutionOnlyAreOnePair() throws {
    var images = ImageTask.fashionMNIST
    images.resolutions = [20, 28]
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-small", images: images)
    let resolution = try #require(space.input.resolution.decision)
    var coarse = space.smallest
    coarse[resolution] = 0
    var fine = space.smallest
    fine[resolution] = 1
    #expect(space.nestedPairs([fine, coarse]).map(\.small) == [0])
  }
}
