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
  /// The same function with fewer operations (``FoldedConvolution``). Logits agree up to rounding.
  ///
  /// Each convolution's bias takes the name of its weight with `.bias` at the end.
  public func folded(precision: ComputePrecision = .float32) throws -> StaticNetwork {
    let type = precision.elementType
    var tensors: [String: Tensor] = [:]
    let folded = try withoutGradient {
      try network.mapping { convolution in
        guard let norm = convolution.norm else {
          for slice in [convolution.weight, convolution.bias].compactMap(\.self) {
            tensors[slice.key] = try store[slice.key]
          }
          return convolution
        }
        let folded = try FoldedConvolution(convolution, norm) { try store[$0] }
        tensors[folded.biasSlice.key] = folded.bias
        tensors[convolution.weight.key] = try folded.weight.channelsLast()
        return folded.convolution
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

/// A convolution with its batch norm in it: `w' = w s`, `b' = beta + (b - mean) s` with
/// `s = gamma / sqrt(variance + epsilon)` per output channel.
package struct FoldedConvolution {
  /// Without batch norm, with a bias.
  package let convolution: Convolution
  /// That bias: the convolution's own, or one that has the name of the weight with `.bias` at the end.
  package let biasSlice: WeightSlice
  /// In the shape of the convolution's own.
  package let weight: Tensor
  /// `[channels]`
  package let bias: Tensor

  /// - Parameter tensor: a tensor by its name, in the precision to compute in.
  package init(
    _ convolution: Convolution,
    _ norm: BatchNorm,
    tensor: (_ name: String) throws -> Tensor
  ) throws {
    let deviation = try (tensor(norm.key + ".running_var") + norm.epsilon).squareRoot()
    let scale = try tensor(norm.key + ".weight") / deviation
    let mean = try tensor(norm.key + ".running_mean")
    let centred = try convolution.bias.map { try tensor($0.key) - mean } ?? -mean
    bias = try tensor(norm.key + ".bias") + centred * scale
    weight = try tensor(convolution.weight.key) * scale.reshaped([-1, 1, 1, 1])
    biasSlice = convolution.foldedBias
    var result = convolution
    result.bias = biasSlice
    result.norm = nil
    self.convolution = result
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
