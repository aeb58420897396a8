import Controller
import Decisions
import Testing

@Suite struct NeighbourhoodTests {
  @Test func neighboursAndMutationsAreOtherMembers() throws {
    var stream = stream(5)
    for _ in 0..<200 {
      let set = try randomSet(&stream)
      let isSingle = set.members(limit: 2).count == 1
      let start = UniformSampler(set).draw(using: &stream)
      let neighbours = set.neighbours(of: start, using: &stream)
      #expect(neighbours.isEmpty == isSingle)
      #expect(Set(neighbours).count == neighbours.count)
      #expect(neighbours.allSatisfy { set.contains($0) && $0 != start })
      let mutation = set.mutation(of: start, using: &stream)
      #expect(set.contains(mutation))
      #expect((mutation == start) == isSingle)
    }
  }

  @Test func repairKeepsWhatItCanAndMovesTheRestToTheNearest() throws {
    let set = try Small.set(budget: nil)
    var stream = stream(2)
    // `z` (2) is not permitted: the smaller of its two neighbours is taken.
    #expect(set.member(near: [2, 1, 2, 0, 2], using: &stream).choices == [2, 1, 2, 0, 1])
    // Inactive decisions stay inactive whatever is wanted.
    #expect(set.member(near: [0, 1, 2, 0, 3], using: &stream).choices == [0, 1, -1, -1, 3])
  }

  @Test func everyMemberIsReachedByWalkingToNeighbours() throws {
    let set = try Small.set()
    var stream = stream(8)
    var reached: Set<Assignment> = [set.cheapest]
    var frontier = [set.cheapest]
    // Decisions that come into being are filled at random, so look more than once.
    for _ in 0..<30 {
      for member in frontier {
        reached.formUnion(set.neighbours(of: member, using: &stream))
      }
      frontier = reached.sorted { $0.choices.lexicographicallyPrecedes($1.choices) }
    }
    #expect(reached == Set(set.members()))
  }
}
