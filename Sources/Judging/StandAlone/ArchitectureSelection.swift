import Configuration
import Decisions
import Networks
import RandomStreams
import Search
import SearchSpaces
import Supernet

/// A set of architectures of one space, each under a name, as texts ask for them:
///
/// - `smallest`, `largest`, or any text that ``SearchSpace/architecture(_:)`` reads;
/// - `random:N`: N different ones, every active decision drawn uniformly;
/// - `chains:KxL`: K chains of L from the smallest to the largest, each containing the one before
///   (``SearchSpace/nestedChain(length:using:)``). Chains share their ends: 2 + K (L - 2) in all.
///
/// What is drawn follows from the seed and the place of the text among those that draw. An
/// architecture that is asked for twice is there once.
package struct ArchitectureSelection: Sendable {
  package struct Entry: Sendable, Hashable {
    /// `smallest`, `largest`, `random 3`, `chain 2.1`, or `given`.
    package var name: String
    package var architecture: Architecture
  }

  /// A text, and where it stands for messages.
  package struct Text: Sendable {
    package var text: String
    package var place: String

    package init(_ text: String, place: String) {
      self.text = text
      self.place = place
    }
  }

  package private(set) var entries: [Entry] = []

  /// Throws ``ConfigurationError`` naming the place of a text that asks for nothing, or for no
  /// architecture of the space.
  package init(_ texts: [Text], of space: some SearchSpace, seed: UInt64) throws {
    let stream = RandomStream(seed: seed, name: "evaluation.architectures")
    var known: Set<Architecture> = []
    var draws: UInt64 = 0
    for text in texts {
      var random = stream.substream(draws)
      let found: [Entry]
      if let count = Self.count(after: "random:", in: text.text) {
        draws += 1
        found = try Self.random(try Self.positive(count, text), of: space, using: &random)
      } else if let size = Self.count(after: "chains:", in: text.text) {
        draws += 1
        found = try Self.chains(size, text, of: space, using: &random)
      } else {
        found = [try Self.single(text, of: space)]
      }
      for entry in found where known.insert(entry.architecture).inserted { entries.append(entry) }
    }
    guard !entries.isEmpty else {
      throw ConfigurationError(
        place: "architectures",
        message: "there is none to evaluate; name some: smallest, largest, random:10, chains:5x4, "
          + "or codes as 'regnas space describe' prints them"
      )
    }
  }

  private static func count(after prefix: String, in text: String) -> Substring? {
    text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : nil
  }

  private static func positive(_ text: Substring, _ source: Text) throws -> Int {
    guard let value = Int(text), (1...100_000).contains(value) else {
      throw ConfigurationError(
        place: source.place,
        message: "'\(source.text)' must end in a whole number from 1 to 100000, such as random:10"
      )
    }
    return value
  }

  private static func single(_ text: Text, of space: some SearchSpace) throws -> Entry {
    do {
      let architecture = try space.architecture(text.text)
      let name =
        architecture == space.smallest
        ? "smallest" : architecture == space.largest ? "largest" : "given"
      return Entry(name: name, architecture: architecture)
    } catch {
      throw ConfigurationError(place: text.place, message: "\(error)")
    }
  }

  private static func random(
    _ count: Int,
    of space: some SearchSpace,
    using random: inout RandomStream
  ) throws -> [Entry] {
    var seen: Set<Architecture> = []
    var result: [Entry] = []
    // A small space may not have so many: then there are as many as a long search finds.
    for _ in 0..<(100 * count) where result.count < count {
      let architecture = space.uniformArchitecture(using: &random)
      guard seen.insert(architecture).inserted else { continue }
      result.append(Entry(name: "random \(result.count + 1)", architecture: architecture))
    }
    return result
  }

  private static func chains(
    _ size: Substring,
    _ source: Text,
    of space: some SearchSpace,
    using random: inout RandomStream
  ) throws -> [Entry] {
    let sides = size.split(separator: "x", omittingEmptySubsequences: false)
    guard sides.count == 2, let length = Int(sides[1]), (2...1000).contains(length) else {
      throw ConfigurationError(
        place: source.place,
        message:
          "'\(source.text)' must be of the form chains:KxL, with L from 2, such as chains:5x4"
      )
    }
    var result: [Entry] = []
    for number in 1...(try positive(sides[0], source)) {
      let chain = try space.nestedChain(length: length, using: &random)
      for (index, architecture) in chain.enumerated() {
        let name =
          index == 0
          ? "smallest"
          : architecture == space.largest ? "largest" : "chain \(number).\(index)"
        result.append(Entry(name: name, architecture: architecture))
      }
    }
    return result
  }
}
