import Foundation
import Testing

@Suite(.serialized, .enabled(if: SmallData.isThere, "needs the package dataset-fashion-mnist"))
struct CheckpointCommandTests {
  @Test func checkpointsAreListedVerifiedAndPruned() throws {
    let regnas = Regnas(folder: try Folder())
    let folder = regnas.folder
    try SmallData.make(in: regnas)
    try folder.write(
      TortureTests.configuration.replacing("every: 0", with: "every: 3600"),
      to: "run.yaml"
    )
    let train = try regnas("train", "--config", "run.yaml", "--name", "run", "--quiet")
    try #require(train.status == 0, "\(train.errors)")

    let listing = try regnas("checkpoint", "ls", "checkpoints/run")
    #expect(listing.status == 0)
    #expect(
      listing.output.contains("checkpoint-00000004.h5") && listing.output.contains("finished")
    )
    let sound = try regnas("checkpoint", "verify", "checkpoints/run")
    #expect(sound.status == 0)
    #expect(sound.output.contains("supernet.h5: sound"))

    // The newest is damaged: told, and not gone on from.
    let newest = "checkpoints/run/checkpoint-00000004.h5"
    var bytes = folder.bytes(newest)
    bytes[bytes.count / 3] ^= 4
    try folder.write(bytes, to: newest)
    try folder.write("", to: "checkpoints/run/checkpoint-00000009.h5.77-1.partial")
    let damaged = try regnas("checkpoint", "verify", "checkpoints/run")
    #expect(damaged.status == 65)
    #expect(damaged.output.contains("checkpoint-00000004.h5: checkpoints/run"))
    #expect(try regnas("checkpoint", "ls", "checkpoints/run").output.contains("DAMAGED"))
    let resumed = try regnas("resume", "checkpoints/run")
    #expect(resumed.status == 0)
    #expect(resumed.errors.contains("skipped a checkpoint: \(newest)"))
    #expect(resumed.errors.contains("going on from checkpoints/run/checkpoint-00000003.h5"))
    #expect(!folder.exists("checkpoints/run/checkpoint-00000009.h5.77-1.partial"))

    let plan = try regnas("checkpoint", "prune", "checkpoints/run", "--dry-run")
    #expect(plan.output.contains("would remove checkpoint-00000003.h5"))
    let pruned = try regnas("checkpoint", "prune", "checkpoints/run", "--json")
    #expect(pruned.status == 0)
    #expect(!folder.exists("checkpoints/run/checkpoint-00000003.h5"))
    #expect(!folder.exists(newest))
    #expect(try regnas("checkpoint", "verify", "checkpoints/run").status == 0)
    #expect(try regnas("checkpoint", "ls", "nowhere").status == 66)
  }
}
