import Foundation
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
    let regnas = Regnas(folder: try Folder())
    let folder = regnas.folder
    try SmallData.make(in: regnas)
    try folder.write(TortureTests.configuration, to: "run.yaml")
    let whole = try regnas("train", "--config", "run.yaml", "--name", "whole", "--quiet")
    try #require(whole.status == 0, "\(whole.errors)")
    try #require(try regnas("sample", "checkpoints/whole", "--quiet").status == 0)
    var phases: Set<String> = []
    for operation in ["40", "110"] {
      let run = "checkpoints/stopped-\(operation)"
      let stopped = try regnas(
        "train",
        "--config",
        "run.yaml",
        "--name",
        "stopped-\(operation)",
        "--die-at-storage-operation",
        operation
      )
      try #require(stopped.status == 128 + SIGKILL, "\(stopped.errors)")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.file(run))
        .filter { $0.hasPrefix("checkpoint-") && $0.hasSuffix(".h5") }
      try #require(!names.isEmpty)
      for name in names {
        let path = folder.file("\(run)/\(name)")
        let old = folder.bytes("\(run)/\(name)")
        try H5py.rewrite(path, as: folder.file("new.h5"))
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: folder.file("new.h5"), toPath: path)
        #expect(folder.bytes("\(run)/\(name)") != old)
      }
      let listing = try regnas("checkpoint", "ls", run)
      #expect(listing.output.contains("sound") && !listing.output.contains("DAMAGED"))
      for phase in ["supernet", "members"] where listing.output.contains(" \(phase) ") {
        phases.insert(phase)
      }
      let resumed = try regnas("resume", run)
      try #require(resumed.status == 0, "\(resumed.errors)")
      #expect(!resumed.errors.contains("skipped"), "\(resumed.errors)")
      try #require(try regnas("sample", run, "--quiet").status == 0)
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
