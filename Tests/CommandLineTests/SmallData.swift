import Foundation
import TestSupport
import Testing

/// Real images, few enough for a run of seconds: random draws from Fashion-MNIST.
enum SmallData {
  static let source = "/usr/share/datasets/fashion-mnist"
  static let note: Comment = "needs the package dataset-fashion-mnist"
  static var isThere: Bool { FileManager.default.fileExists(atPath: source) }

  /// Imports the images.
  static let importing: Command =
    "data import idx \(source) --train 640 --search 300 --test 200 --quiet"

  /// A run of many seconds; every phase is in it.
  static let configuration = """
    seed: 4
    data: {file: data.h5}
    supernet: {epochs: 3, batchSize: 64, calibrationImages: 64, calibrationBatchSize: 32}
    controller: {updates: 3, rollout: 3}
    search: {budgets: [20%, 60%], rewardImages: 100}
    family: {samples: 5, finalists: 2}
    runtime: {threads: 1, device: cpu}
    """

  /// A run of two seconds, with every phase too, that saves as often as the disk allows.
  static let quickConfiguration = """
    seed: 4
    data: {file: data.h5}
    space: {widthMultiplier: 0.25}
    supernet:
      {epochs: 1, batchSize: 128, randomSubnets: 1, calibrationImages: 32, calibrationBatchSize: 32}
    controller: {updates: 2, rollout: 2}
    search: {budgets: [20%, 60%], rewardImages: 50}
    family: {samples: 3, finalists: 2}
    checkpoint: {every: 0}
    runtime: {threads: 1, device: cpu}
    """

  /// The images, imported once for all tests of the process.
  fileprivate static let data = Result {
    let folder = try TemporaryFolder.ofThisProcess()
    let regnas = Regnas(in: folder)
    try regnas.succeed("\(importing) --seed 3 --out data.h5")
    return folder
  }

  /// A quick run that nothing happened to, and its family, made once for all tests.
  fileprivate static let finished = Result {
    let folder = try TemporaryFolder.ofThisProcess()
    let regnas = Regnas(in: folder)
    try folder.link(data.get().file("data.h5"), to: "data.h5")
    try folder.put(quickConfiguration, "run.yaml")
    try regnas.succeed("train --config run.yaml --name whole --quiet")
    try regnas.succeed("sample checkpoints/whole --quiet")
    return folder
  }
}

extension Regnas {
  /// In a folder with images, `data.h5`, and a configuration, `run.yaml`.
  init(configuration: String) throws {
    try self.init()
    try folder.link(SmallData.data.get().file("data.h5"), to: "data.h5")
    try folder.put(configuration, "run.yaml")
  }

  /// Beside images and ``SmallData/quickConfiguration``, in a folder with a finished run of them,
  /// `checkpoints/whole`, and its family.
  static func afterQuickRun() throws -> Regnas {
    let regnas = try Regnas(configuration: SmallData.quickConfiguration)
    let finished = try SmallData.finished.get()
    try regnas.folder.copy(finished.file("checkpoints"), to: "checkpoints")
    return regnas
  }
}
