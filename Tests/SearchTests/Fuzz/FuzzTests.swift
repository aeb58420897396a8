import Foundation
import RandomStreams
import TestSupport
import Testing

/// Readers of outside bytes throw on whatever is in a file; they never crash, hang or take memory
/// without bound.
///
/// Here some inputs that are always the same; `Scripts/fuzz` looks for others for as long as it is
/// told, led by the code that they reach. What it finds is kept in `Tests/Fixtures/Fuzz`.
@Suite(.serialized) struct FuzzTests {
  @Test func readersOfOutsideBytesOnlyThrow() throws {
    let folder = try TemporaryFolder()
    var (inputs, accepted) = (0, 0)
    var slowest = Duration.zero
    for reader in Reader.all {
      let own = folder.file(reader.name.replacing(" ", with: "-"))
      try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
      // Some seeds are hostile themselves.
      let isSeedRead = reader.seeds.contains { (try? reader.run($0, in: own)) != nil }
      #expect(isSeedRead, "\(reader.name)")
      var mutator = Mutator(stream: RandomStream(seed: 1, name: reader.name))
      for _ in 0..<12 {
        let pick = mutator.stream.uniform(below: reader.seeds.count)
        let other = mutator.stream.uniform(below: reader.seeds.count)
        let input = mutator.mutate(reader.seeds[pick], reader.seeds[other])
        slowest = max(
          slowest,
          ContinuousClock().measure {
            if (try? reader.run(input, in: own)) != nil { accepted += 1 }
          }
        )
        inputs += 1
      }
    }
    // Some changes must get past the first check, or nothing was tested.
    #expect(accepted > inputs / 100)
    #expect(slowest < .seconds(10))
  }

  @Test func whatWasFoundOnceIsRefused() throws {
    let folder = try TemporaryFolder()
    for reader in Reader.all {
      for (name, input) in reader.kept() {
        let time = ContinuousClock().measure { _ = try? reader.run(input, in: folder.path) }
        #expect(time < .seconds(5), "\(reader.name): \(name)")
      }
    }
  }
}
