import Configuration
import FlipMetrics
import Networks
import RandomStreams
import SearchSpaces
import Supernet
import Torch

/// Watches a supernet as it is trained: the calibrated accuracy of its smallest, its largest and some
/// random subnets on images of the search split. Which subnets and images is fixed by the seed.
final class SupernetValidation {
  private let images: ImageSet
  private let calibration: [Tensor]
  private let space: any SearchSpace
  private let random: [Architecture]

  init(_ configuration: RunConfiguration, _ setting: RunSetting) throws {
    images = setting.images.validation
    calibration = try setting.images.calibrationBatches()
    space = setting.space
    var stream = RandomStream(seed: configuration.seed, name: "supernet.validation-subnets")
    random = (0..<configuration.supernet.validationSubnets).map { _ in
      setting.space.uniformArchitecture(using: &stream)
    }
  }

  /// Accuracies in 0...1 by name; of the random subnets the mean.
  func entries(of supernet: Supernet) throws -> [(name: String, value: Double)] {
    var result = [
      ("accuracy/largest", try accuracy(of: space.largest, in: supernet)),
      ("accuracy/smallest", try accuracy(of: space.smallest, in: supernet)),
    ]
    guard !random.isEmpty else { return result }
    let accuracies = try random.map { try accuracy(of: $0, in: supernet) }
    result.append(("accuracy/random", accuracies.reduce(0, +) / Double(accuracies.count)))
    return result
  }

  private func accuracy(of architecture: Architecture, in supernet: Supernet) throws -> Double {
    let batches = try calibration.map { try space.input.images($0, for: architecture) }
    let subnet = try supernet.calibrate(architecture, batches: batches).folded()
    var classes: [Int32] = []
    for index in 0..<images.batchCount {
      let batch = try space.input.images(images.batch(index), for: architecture)
      classes += try subnet.classify([batch]).classes
    }
    return try Predictions(classes: classes, labels: images.labels).accuracy
  }
}
