import Foundation
import TestSupport
import Testing

/// A checkpoint is plain HDF5: one that h5py wrote anew, every data set and attribute in another
/// layout and without a seal, is as good as ours.
@Suite(
  .serialized,
  .enabled(
    if: SmallData.isThere && H5py.isInstalled,
    "needs the packages dataset-fashion-mnist and python3-h5py"
  )
)
struct RewrittenCheckpointTests {
  @Test func aRunGoesOnFromACheckpointThatH5pyRewrote() throws {
    let regnas = try Regnas.afterQuickRun()
    let folder = regnas.folder
    var phases: Set<String> = []
    for operation in ["40", "110"] {
      let run = "checkpoints/stopped-\(operation)"
      let stopped = try regnas(
        """
        train --config run.yaml --name stopped-\(operation)
        --die-at-storage-operation \(operation)
        """
      )
      try #require(stopped.status == 128 + SIGKILL, "\(stopped.errors)")
      let names = folder.names(run).filter {
        $0.hasPrefix("checkpoint-") && $0.hasSuffix(".h5")
      }
      try #require(!names.isEmpty)
      for name in names {
        let old = folder.bytes("\(run)/\(name)")
        try H5py.rewrite(folder.file("\(run)/\(name)"), as: folder.file("new.h5"))
        try folder.put(folder.bytes("new.h5"), "\(run)/\(name)")
        #expect(folder.bytes("\(run)/\(name)") != old)
      }
      let listing = try regnas("checkpoint ls \(run)")
      #expect(listing.output.contains("sound") && !listing.output.contains("DAMAGED"))
      for phase in ["supernet", "members"] where listing.output.contains(" \(phase) ") {
        phases.insert(phase)
      }
      let resumed = try regnas.succeed("resume \(run)")
      #expect(!resumed.errors.contains("skipped"), "\(resumed.errors)")
      try regnas.succeed("sample \(run) --quiet")
      for file in ["supernet.h5", "metrics.jsonl", "family.h5"] {
        #expect(
          folder.bytes("\(run)/\(file)") == folder.bytes("checkpoints/whole/\(file)"),
          "\(file)"
        )
      }
    }
    #expect(phases == ["supernet", "members"])
  }
}
