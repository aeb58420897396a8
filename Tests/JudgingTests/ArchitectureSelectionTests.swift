import Configuration
import Judging
import Search
import SearchSpaces
import Testing

@Suite struct ArchitectureSelectionTests {
  private let space: any ConfiguredSpace

  init() throws { space = try SpaceRegistry.makeSpace(name: "proxylessnas-small") }

  private func select(_ texts: String..., seed: UInt64 = 1) throws -> ArchitectureSelection {
    try ArchitectureSelection(texts.map { .init($0, place: "here") }, of: space, seed: seed)
  }

  @Test func everyFormNamesWhatItAsksFor() throws {
    let code = space.code(space.largest)
    let entries = try select("smallest", "random:3", "chains:2x4", code).entries
    #expect(
      entries.map(\.name) == [
        "smallest", "random 1", "random 2", "random 3", "chain 1.1", "chain 1.2", "largest",
        "chain 2.1", "chain 2.2",
      ]
    )
    #expect(Set(entries.map(\.architecture)).count == entries.count)
    #expect(entries[0].architecture == space.smallest)
    #expect(entries[6].architecture == space.largest)
    #expect(try select("chains:5x4").entries.count == 12)
  }

  @Test func drawsFollowFromTheSeedAndDifferBetweenTexts() throws {
    #expect(try select("random:5").entries == select("random:5").entries)
    #expect(try select("random:5").entries != select("random:5", seed: 2).entries)
    #expect(try select("random:5", "random:5").entries.count > 5)
    // What is given by name does not shift what is drawn.
    #expect(
      try select("largest", "random:2").entries.dropFirst() == select("random:2").entries[...]
    )
  }

  @Test func textsThatAskForNothingAreErrors() throws {
    for text in ["random:0", "random:x", "random:", "chains:5", "chains:0x4", "chains:2x1"] {
      #expect(throws: ConfigurationError.self, "\(text)") { try select(text) }
    }
    #expect(throws: ConfigurationError.self) { try select() }
    do {
      _ = try select("largest", "middling")
      Issue.record("'middling' is no architecture")
    } catch let error as ConfigurationError {
      #expect(error.place == "here" && error.message.contains("proxylessnas-small"))
    }
    let other = try SpaceRegistry.makeSpace(name: "resnet50-small")
    #expect(throws: ConfigurationError.self) { try select(other.code(other.largest)) }
  }
}
