import Networks
import SearchSpaces
import Torch

extension CalibratedSubnet {
  /// The fast evaluator of this subnet: extracted, each batch norm folded into its convolution.
  public func folded(precision: ComputePrecision = .float32) throws -> StaticNetwork {
    try extract().folded(precision: precision)
  }
}

extension StaticNetwork {
  /// The same function with fewer operations: `w' = w s`, `b' = beta + (b - mean) s` with
  /// `s = gamma / sqrt(variance + epsilon)` per output channel. Logits agree up to rounding.
  ///
  /// Each convolution's bias takes the name of its weight with `.bias` at the end.
  public func folded(precision: ComputePrecision = .float32) throws -> StaticNetwork {
    let type = precision.elementType
    var tensors: [String: Tensor] = [:]
    let folded = try withoutGradient {
      try network.mapping { convolution in
        var result = convolution
        let weight = try store[convolution.weight.key]
        let bias = try convolution.bias.map { try store[$0.key] }
        guard let norm = convolution.norm else {
          tensors[convolution.weight.key] = weight
          if let slice = convolution.bias { tensors[slice.key] = bias }
          return result
        }
        let deviation = try (store[norm.key + ".running_var"] + norm.epsilon).squareRoot()
        let scale = try store[norm.key + ".weight"] / deviation
        let mean = try store[norm.key + ".running_mean"]
        let centred = try bias.map { try $0 - mean } ?? -mean
        let slice = convolution.foldedBias
        tensors[slice.key] = try store[norm.key + ".bias"] + centred * scale
        tensors[convolution.weight.key] = try (weight * scale.reshaped([-1, 1, 1, 1]))
          .channelsLast()
        result.bias = slice
        result.norm = nil
        return result
      } linear: { linear in
        for slice in [linear.weight, linear.bias] { tensors[slice.key] = try store[slice.key] }
        return linear
      }
    }
    return try StaticNetwork(
      network: folded,
      tensors: tensors.mapValues { try $0.to(type) },
      device: device,
      elementType: type
    )
  }
}

extension Convolution {
  fileprivate var foldedBias: WeightSlice {
    if let bias { return bias }
    let stem = weight.key.hasSuffix(".weight") ? String(weight.key.dropLast(7)) : weight.key
    let key = stem + ".bias"
    return WeightSlice(key: key, staticKey: key, stored: [outChannels], active: [outChannels])
  }
}
