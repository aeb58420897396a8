import Networks
import RandomStreams
import SearchSpaces
import Supernet
import Torch
import Training

/// The three small spaces, and images to run them on.
package enum Fixture {
  package static let spaceNames = ["mobilenetv3-small", "proxylessnas-small", "resnet50-small"]

  /// Big enough to have everything elastic, small enough for a debug build.
  package static let images = ImageTask(channels: 1, classes: 10, resolutions: [16])

  package static func space(_ name: String) throws -> any ConfiguredSpace {
    try SpaceRegistry.makeSpace(name: name, images: images)
  }

  /// Weights of the oracle fill: kernel matrices away from the identity, statistics away from 0 and 1.
  package static func supernet(_ name: String) throws -> Supernet {
    try Supernet(oracle: space(name), elementType: .float32)
  }

  package static func batch(_ count: Int, seed: UInt64 = 1, size: Int = 16) throws -> Tensor {
    var random = RandomStream(seed: seed, name: "images")
    var values = [Float](repeating: 0, count: count * size * size)
    random.fillNormal(&values, standardDeviation: 1)
    return try Tensor(values, shape: [count, 1, size, size])
  }

  package static func labels(_ count: Int, seed: UInt64 = 1) throws -> Tensor {
    var random = RandomStream(seed: seed, name: "labels")
    return try Tensor((0..<count).map { _ in random.uniform(below: 10) }, shape: [count])
  }

  /// Both, as a training takes them; images are numbered from 0.
  package static func trainingBatch(_ count: Int, seed: UInt64 = 1) throws -> TrainingBatch {
    try TrainingBatch(
      images: batch(count, seed: seed),
      labels: labels(count, seed: seed),
      indices: Array(0..<count)
    )
  }

  /// Images whose label is the brightest of four quadrants.
  package static func quadrants(_ count: Int, seed: UInt64) throws -> (Tensor, Tensor) {
    var random = RandomStream(seed: seed, name: "quadrants")
    var pixels = [Float](repeating: 0, count: count * 256)
    random.fillNormal(&pixels, standardDeviation: 0.5)
    var labels: [Int] = []
    for image in 0..<count {
      let label = random.uniform(below: 4)
      labels.append(label)
      for y in 0..<8 {
        for x in 0..<8 { pixels[image * 256 + (y + label / 2 * 8) * 16 + x + label % 2 * 8] += 1 }
      }
    }
    return (
      try Tensor(pixels, shape: [count, 1, 16, 16]), try Tensor(labels, shape: [count])
    )
  }

  /// The same as a training takes them.
  package static func trainingQuadrants(_ count: Int, seed: UInt64) throws -> TrainingBatch {
    let (images, labels) = try quadrants(count, seed: seed)
    return try TrainingBatch(images: images, labels: labels, indices: Array(0..<count))
  }

  /// Smallest, largest and some random architectures.
  package static func architectures(
    _ space: any SearchSpace,
    random count: Int
  ) -> [Architecture] {
    var random = RandomStream(seed: 5, name: space.name)
    return [space.smallest, space.largest]
      + (0..<count).map { _ in space.uniformArchitecture(using: &random) }
  }
}

extension Supernet {
  package func allBytes() throws -> [String: [UInt8]] { try state().mapValues { try $0.bytes() } }
}
