import Networks
import SearchSpaces
import Torch

/// A deterministic, language-neutral filling of a supernet, by which implementations compare their
/// logits (recipe in `supernet_spec.md`, section 14).
///
/// Element `i` of a tensor is a function of `u = 2 h / 2^32 - 1`, where `h` mixes (murmur3's 32-bit
/// finaliser) `seed + i * 2654435761` and the seed is the FNV-1a hash of the tensor's name.
package enum OracleFill {
  /// FNV-1a, 32 bits, of the name's UTF-8.
  package static func seed(of name: String) -> UInt32 {
    name.utf8.reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
  }

  /// `offset + scale * u`, rounded to single precision once, at the end.
  package static func uniform(
    seed: UInt32,
    count: Int,
    scale: Double,
    offset: Double = 0
  ) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      var index = 0
      var input = seed
      while index < count {
        var h = input
        h ^= h >> 16
        h = h &* 0x85eb_ca6b
        h ^= h >> 13
        h = h &* 0xc2b2_ae35
        h ^= h >> 16
        buffer[index] = Float(offset + scale * (Double(h) * 0x1p-31 - 1))
        input = input &+ 2_654_435_761
        index += 1
      }
      initialized = count
    }
  }

  package static func values(_ tensor: StoredTensor) -> [Float] {
    let seed = seed(of: tensor.key)
    func fill(_ scale: Double, _ offset: Double = 0) -> [Float] {
      uniform(seed: seed, count: tensor.count, scale: scale, offset: offset)
    }
    switch tensor.role {
    case .kernelMatrix:
      let side = tensor.shape[0]
      let deviation = 0.05
      var values = fill(deviation)
      // The sum is rounded once, so the diagonal is computed again with its offset.
      let diagonal = fill(deviation, 1)
      for i in 0..<side { values[i * (side + 1)] = diagonal[i * (side + 1)] }
      return values
    case .runningVariance: return fill(0.3, 1)
    case .runningMean: return fill(0.1)
    case .normWeight: return fill(0.2, 1)
    case .bias, .normBias: return fill(0.1)
    case .convolutionWeight:
      let fan = tensor.shape[1] * tensor.shape[2] * tensor.shape[3]
      return fill((6 / Double(fan)).squareRoot())
    case .linearWeight: return fill(1 / Double(tensor.shape[1]).squareRoot())
    case .batchesTracked: return [Float](repeating: 0, count: tensor.count)
    }
  }

  /// Four images of 64 x 64 pixels, `[4, channels, 64, 64]`.
  package static func images(channels: Int = 3, device: Device = .cpu) throws -> Tensor {
    let shape = [4, channels, 64, 64]
    let values = uniform(seed: seed(of: "input"), count: shape.reduce(1, *), scale: 1)
    return try Tensor(values, shape: shape, device: device)
  }
}

extension Supernet {
  /// A supernet filled by ``OracleFill``, to compare with another implementation.
  ///
  /// In float64 by default: these networks are deep, untrained and calibrated on a handful of pixels,
  /// and amplify rounding so much (up to 2e-3 of the logits' deviation between two float32
  /// implementations of ResNet50) that a comparison should have it on one side only.
  package convenience init(
    oracle space: any SearchSpace,
    elementType: ElementType = .float64,
    device: Device = .cpu
  ) throws {
    try self.init(space: space, device: device, elementType: elementType) { tensor, _ in
      OracleFill.values(tensor)
    }
  }
}
