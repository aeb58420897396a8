import AtomicFiles
import Configuration
import Foundation
import HDF5
import ImageData
import RandomStreams
import Runs
import Search
import TestSupport
import Torch

/// Images that a network can learn: one bright square per class, and noise.
private final class SquareImages: ImageSource {
  let importer = "squares"
  let options = ""
  let path = "squares"
  let shape = ImageShape(height: 16, width: 16, channels: 1)
  let count = 150
  let testCount = 30
  let classNames: [String]?
  let files: [SourceFile] = []

  init(classes: Int) { classNames = Array(["a", "b", "c"].prefix(classes)) }

  func read(_ body: ([UInt8], [Int32]) throws -> Void) throws {
    var stream = RandomStream(seed: 7, name: "squares")
    var pixels: [UInt8] = []
    for image in 0..<count {
      for place in 0..<256 {
        let isLit = place / 64 == image % 3 && place % 16 / 5 == image % 3
        pixels.append(UInt8(stream.uniform(below: 120)) + (isLit ? 130 : 0))
      }
    }
    let classes = classNames?.count ?? 3
    try body(pixels, (0..<count).map { Int32($0 % 3 % classes) })
  }
}

/// A run of about a second with every phase in it, in this process.
package struct SmallRun {
  package let folder: TemporaryFolder
  package var configuration = RunConfiguration()

  package init() throws {
    folder = try TemporaryFolder()
    try TorchRuntime.start(threads: 1, flushingDenormals: false)
    try Self.writeData(to: folder.file("data.h5"), seed: 1)
    configuration.seed = 3
    configuration.data.file = folder.file("data.h5")
    configuration.space.widthMultiplier = 0.25
    configuration.supernet.training.epochs = 1
    configuration.supernet.training.batchSize = 16
    configuration.supernet.training.randomSubnets = 1
    configuration.supernet.calibrationImages = 16
    configuration.supernet.calibrationBatchSize = 16
    configuration.controller.updates = 2
    configuration.controller.rollout = 2
    configuration.controller.hiddenSize = 4
    configuration.search.budgets = [.fraction(0.2), .fraction(0.7)]
    configuration.search.rewardImages = 20
    configuration.family.samples = 3
    configuration.family.finalists = 2
    configuration.family.tuning.epochs = 1
    configuration.checkpoint.every = 0
    configuration.runtime.threads = 1
    configuration.runtime.device = "cpu"
  }

  package static func writeData(
    to path: String,
    seed: UInt64,
    classes: Int = 3,
    train: Int = 64
  ) throws {
    try DatasetWriter(
      sizes: SplitSizes(train: train, search: 40, test: 30),
      seed: seed,
      overwrite: true
    ).write(SquareImages(classes: classes), to: path)
  }

  package func start(
    _ name: String,
    storage: any Storage = SystemStorage(),
    interruption: Interruption = Interruption(),
    reporter: any Reporter = SilentReporter()
  ) throws -> SearchRun {
    try SearchRun.start(
      configuration,
      in: try RunFolder.create(folder.file(name), overwrite: false, storage: storage),
      services: .init(reporter: reporter, interruption: interruption)
    )
  }

  package func resume(
    _ name: String,
    storage: any Storage = SystemStorage(),
    interruption: Interruption = Interruption(),
    reporter: any Reporter = SilentReporter()
  ) throws -> SearchRun {
    try SearchRun.resume(
      try RunFolder.open(folder.file(name), storage: storage),
      configuration: configuration,
      services: .init(reporter: reporter, interruption: interruption)
    )
  }

  /// What must not depend on how often a finished run was stopped.
  package func results(_ name: String) throws -> [String: [UInt8]] {
    let run = try resume(name)
    guard run.isFinished else { throw RunError.unfinished(name) }
    let family = folder.file(name + "/family.h5")
    if !FileManager.default.fileExists(atPath: family) {
      _ = try run.sampleFamily(FamilySettings(configuration), to: family, overwrite: false)
    }
    var result: [String: [UInt8]] = [:]
    for file in [MetricsLog.name, "supernet.h5", "tuned.h5", "family.h5"] {
      result[file] = folder.bytes(name + "/" + file)
    }
    let newest = try CheckpointStore(run.folder, keep: 1).newest().checkpoint
    result["checkpoint"] = try content(newest).sorted { $0.key < $1.key }.flatMap {
      Array($0.key.utf8) + $0.value
    }
    return result
  }
}
