import Configuration
import Families
import FlipMetrics
import Foundation
import ImageData
import RandomStreams
import Runs
import Search
import Testing
import Torch

/// Images that a program has in memory: a lit half per class, and noise.
private final class HalvesImages: ImageSource {
  let importer = "halves"
  let options = ""
  let path = "halves"
  let shape = ImageShape(height: 16, width: 16, channels: 1)
  let count = 120
  let testCount = 40
  let classNames: [String]? = ["upper", "lower"]
  let files: [SourceFile] = []

  func read(_ body: ([UInt8], [Int32]) throws -> Void) throws {
    var stream = RandomStream(seed: 7, name: "halves")
    let labels = (0..<count).map { Int32($0 % 2) }
    let pixels = labels.flatMap { label in
      (0..<256).map { place in
        UInt8(stream.uniform(below: 100)) + (place / 128 == Int(label) ? 120 : 0)
      }
    }
    try body(pixels, labels)
  }
}

/// Prints what a run says.
private final class Notes: Reporter {
  var all: [String] = []
  func note(_ text: String) { all.append(text) }
  func progress(_ title: String, done: Int, total: Int, unit: String, detail: String) {}
  func endProgress() {}
}

/// From images in memory to a family that predicts, with the public names of the library alone.
@Suite struct WholeRunExample {
  @Test func imagesBecomeAFamilyThatPredicts() throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "regnas-library-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try DatasetWriter(sizes: SplitSizes(train: 48, search: 32, test: 40), seed: 1)
      .write(HalvesImages(), to: folder + "/data.h5")

    var configuration = RunConfiguration()
    configuration.data.file = folder + "/data.h5"
    configuration.space.widthMultiplier = 0.25
    configuration.supernet.training.epochs = 1
    configuration.supernet.training.batchSize = 16
    configuration.supernet.calibrationImages = 16
    configuration.controller.updates = 2
    configuration.controller.rollout = 2
    configuration.search.budgets = [.fraction(0.2), .fraction(0.7)]
    configuration.family.samples = 2
    configuration.runtime.device = "cpu"
    let notes = Notes()
    let run = try SearchRun.start(
      configuration,
      in: try RunFolder.create(folder + "/run", overwrite: false),
      services: RunServices(reporter: notes, interruption: Interruption())
    )
    try run.train()
    #expect(run.isFinished && notes.all.contains { $0.hasPrefix("member 2: ") })
    _ = try run.sampleFamily(
      FamilySettings(configuration),
      to: folder + "/family.h5",
      overwrite: false
    )

    let family = try Family(contentsOf: folder + "/family.h5")
    #expect(family.images?.classNames == ["upper", "lower"])
    let images = try #require(family.images)
    let network = try family.members[1].network().folded()
    let data = try ImageDataset.open(folder + "/data.h5")
    #expect(images.mean == data.channelMean)
    var classes: [Int32] = []
    for batch in try data.fixedBatches(indices: data.indices(of: .test), batchSize: 20) {
      let pixels = try Tensor(
        channelsLast: batch.pixels,
        batch: batch.count,
        channels: 1,
        height: 16,
        width: 16
      )
      classes += try network.classify([family.members[1].prepared(pixels)]).classes
    }
    #expect(classes == family.members[1].test.classes)
    let counts = try FlipCounts(
      reference: family.members[0].test,
      candidate: family.members[1].test
    )
    #expect(
      counts.negativeFlipRate == family.report.members[1].flips[0].negativeFlipRate.value
    )
  }
}
