import Foundation
import RandomStreams
import Testing

/// Readers of outside bytes throw on whatever is in a file; they never crash, hang or take memory
/// without bound.
///
/// Every test run tries some inputs that are always the same. `Scripts/fuzz SECONDS` goes on for
/// that long from a seed of its own. The input under way is in a file: after a crash it is there.
@Suite(.serialized) struct FuzzTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let seconds = environment["FUZZ_SECONDS"].flatMap(Double.init)
  private static let only = environment["FUZZ_ONLY"]

  @Test func readersOfOutsideBytesOnlyThrow() throws {
    let keep = Self.environment["FUZZ_FOLDER"]
    let temporary = try TestFolder()
    let folder = keep ?? temporary.path
    let seed =
      Self.environment["FUZZ_SEED"].flatMap(UInt64.init)
      ?? (Self.seconds == nil ? 1 : UInt64.random(in: 0..<UInt64(UInt32.max)))
    let readers =
      Self.only.map { only in (Reader.all + Reader.unsealed).filter { $0.name == only } }
      ?? Reader.all
    let start = Date()
    var (inputs, accepted) = (0, 0)
    var slowest = 0.0
    for round in 0... {
      if let seconds = Self.seconds, Date().timeIntervalSince(start) > seconds { break }
      if Self.seconds == nil, round == 12 { break }
      for reader in readers {
        #expect(!reader.seeds.isEmpty, "\(reader.name)")
        var mutator = Mutator(
          stream: RandomStream(seed: seed, name: "\(reader.name) \(round)")
        )
        let own = folder + "/" + reader.name.replacing(" ", with: "-")
        try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
        for _ in 0..<5 {
          let pick = mutator.stream.uniform(below: reader.seeds.count)
          let other = mutator.stream.uniform(below: reader.seeds.count)
          let input = mutator.mutate(reader.seeds[pick], reader.seeds[other])
          try Data(input).write(to: URL(fileURLWithPath: "\(own)/\(reader.fileName)"))
          let begin = Date()
          // A reader that hangs ends the process; the input is then in the folder.
          if Self.seconds != nil { alarm(20) }
          if (try? reader.read(own)) != nil { accepted += 1 }
          let time = Date().timeIntervalSince(begin)
          if time > 5 { try Data(input).write(to: URL(fileURLWithPath: "\(own)/slow-\(inputs)")) }
          slowest = max(slowest, time)
          inputs += 1
        }
      }
    }
    alarm(0)
    if Self.seconds != nil {
      print("fuzz: \(inputs) inputs, \(accepted) accepted, slowest \(slowest) s, seed \(seed)")
    }
    // Some changes must get past the first check, or nothing was tested.
    #expect(accepted > inputs / 100)
    #expect(slowest < 10)
  }
}
