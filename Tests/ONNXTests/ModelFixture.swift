import Networks
import RandomStreams
import SearchSpaces
import Supernet
import SupernetFixtures
import Torch

@testable import ONNX

/// Networks of the three small spaces, for coloured images of 20 pixels: some pools then have partial
/// windows at the border.
struct ModelFixture {
  static let channels = 3
  static let size = 20

  let network: StaticNetwork
  let description: NetworkDescription
  let weights: [String: Tensor]

  /// `choose` is one of the space's smallest and largest architecture.
  init(_ space: String, _ choose: (any SearchSpace) -> Architecture) throws {
    let supernet = try Supernet(
      oracle: SpaceRegistry.makeSpace(
        name: space,
        images: ImageTask(channels: Self.channels, classes: 10, resolutions: [Self.size])
      ),
      elementType: .float32
    )
    let architecture = choose(supernet.space)
    let images = try Self.normalised(Self.pixels(12, seed: 2))
    network = try supernet.calibrate(architecture, batches: [images]).extract()
    description = try supernet.space.network(architecture)
    weights = try network.state()
  }

  func model(_ change: (inout ONNXModel.Options) -> Void = { _ in }) throws -> ONNXModel {
    var options = ONNXModel.Options()
    change(&options)
    return try ONNXModel(description, weights: weights, options: options)
  }

  static let mean = [0.2, 0.5, 0.7]
  static let deviation = [0.1, 0.25, 0.3]

  /// Bytes `[image, channel, row, column]`, each channel on another scale.
  static func pixels(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = RandomStream(seed: seed, name: "pixels")
    return (0..<count * channels * size * size).map { index in
      UInt8(random.uniform(below: 85 * (index / (size * size) % channels + 1)))
    }
  }

  /// `[batch, channels, height, width]`
  static func bytes(_ pixels: [UInt8]) throws -> Tensor {
    try Tensor(pixels, shape: [pixels.count / (channels * size * size), channels, size, size])
  }

  /// The same as the data set's loader normalises them.
  static func normalised(_ pixels: [UInt8]) throws -> Tensor {
    let values = pixels.enumerated().map { index, value in
      let channel = index / (size * size) % channels
      return Float((Double(value) / 255 - mean[channel]) / deviation[channel])
    }
    return try Tensor(values, shape: bytes(pixels).shape)
  }
}
