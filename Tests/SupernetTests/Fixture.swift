import RandomStreams
import SearchSpaces
import Torch

@testable import Supernet

/// The three small spaces, and images to run them on.
enum Fixture {
  static let spaceNames = ["mobilenetv3-small", "proxylessnas-small", "resnet50-small"]

  /// Big enough to have everything elastic, small enough for a debug build.
  static let images = ImageShape(channels: 1, classes: 10, resolutions: [16])

  static func space(_ name: String) throws -> any ConfiguredSpace {
    try SpaceRegistry.makeSpace(name: name, images: images)
  }

  /// Weights of the oracle fill: kernel matrices away from the identity, statistics away from 0 and 1.
  static func supernet(_ name: String) throws -> Supernet {
    try Supernet(oracle: space(name), elementType: .float32)
  }

  static func batch(_ count: Int, seed: UInt64 = 1, size: Int = 16) throws -> Tensor {
    var random = RandomStream(seed: seed, name: "images")
    var values = [Float](repeating: 0, count: count * size * size)
    random.fillNormal(&values, standardDeviation: 1)
    return try Tensor(values, shape: [count, 1, size, size])
  }

  static func labels(_ count: Int, seed: UInt64 = 1) throws -> Tensor {
    var random = RandomStream(seed: seed, name: "labels")
    return try Tensor((0..<count).map { _ in random.uniform(below: 10) }, shape: [count])
  }

  /// Smallest, largest and some random architectures.
  static func architectures(
    _ space: any SearchSpace,
    random count: Int
  ) -> [Architecture] {
    var random = RandomStream(seed: 5, name: space.name)
    return [space.smallest, space.largest]
      + (0..<count).map { _ in space.uniformArchitecture(using: &random) }
  }
}

extension Supernet {
  func allBytes() throws -> [String: [UInt8]] { try state().mapValues { try $0.bytes() } }
}
