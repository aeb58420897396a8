import TestSupport
import Testing

@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct CheckpointCommandTests {
  @Test func checkpointsAreListedVerifiedAndPruned() throws {
    let regnas = try Regnas(
      configuration: SmallData.quickConfiguration.replacing("every: 0", with: "every: 3600")
    )
    let folder = regnas.folder
    try regnas.succeed("train --config run.yaml --name run --quiet")

    let listing = try regnas.succeed("checkpoint ls checkpoints/run").output
    #expect(listing.contains("checkpoint-00000004.h5") && listing.contains("finished"))
    #expect(
      try regnas.succeed("checkpoint verify checkpoints/run").output == """
        checkpoint-00000002.h5: sound
        checkpoint-00000003.h5: sound
        checkpoint-00000004.h5: sound
        supernet.h5: sound
        data.h5 (data.file): sound

        """
    )

    // The newest is damaged: told, and not gone on from.
    let newest = "checkpoints/run/checkpoint-00000004.h5"
    var bytes = folder.bytes(newest)
    bytes[bytes.count / 3] ^= 4
    try folder.put(bytes, newest)
    try folder.put("", "checkpoints/run/checkpoint-00000009.h5.77-1.partial")
    let damaged = try regnas("checkpoint verify checkpoints/run")
    #expect(damaged.status == 65)
    #expect(damaged.output.contains("checkpoint-00000004.h5: checkpoints/run"))
    #expect(try regnas("checkpoint ls checkpoints/run").output.contains("DAMAGED"))
    let resumed = try regnas.succeed("resume checkpoints/run")
    #expect(resumed.errors.contains("skipped a checkpoint: \(newest)"))
    #expect(resumed.errors.contains("going on from checkpoints/run/checkpoint-00000003.h5"))
    #expect(!folder.exists("checkpoints/run/checkpoint-00000009.h5.77-1.partial"))

    let plan = try regnas.succeed("checkpoint prune checkpoints/run --dry-run")
    #expect(plan.output.contains("would remove checkpoint-00000003.h5"))
    try regnas.succeed("checkpoint prune checkpoints/run --json")
    #expect(!folder.exists("checkpoints/run/checkpoint-00000003.h5"))
    #expect(!folder.exists(newest))
    try regnas.succeed("checkpoint verify checkpoints/run")
    try regnas.refuse("checkpoint ls nowhere", 66)
  }
}
