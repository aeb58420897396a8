import Networks
import Supernet
import Torch

extension ExportedNetwork {
  /// The same function with each batch norm in its convolution: `w' = w s`, `b' = beta + (b - mean) s`
  /// with `s = gamma / sqrt(variance + epsilon)` per output channel, in double precision.
  ///
  /// A bias that was not there takes the name of the weight with `.bias` at the end.
  func foldingBatchNorm() throws -> ExportedNetwork {
    var folded = weights
    let changed: NetworkDescription = try withoutGradient {
      try network.mapping(
        convolution: { convolution in try fold(convolution, in: &folded) },
        linear: { linear in linear }
      )
    }
    return ExportedNetwork(network: changed, weights: folded)
  }

  private func fold(
    _ convolution: Convolution,
    in folded: inout [String: Tensor]
  ) throws -> Convolution {
    guard let norm = convolution.norm else { return convolution }
    let name = convolution.weight.key
    let deviation = try (wide(norm.key + ".running_var") + norm.epsilon).squareRoot()
    let scale = try wide(norm.key + ".weight") / deviation
    let mean = try wide(norm.key + ".running_mean")
    let centred = try convolution.bias.map { try wide($0.key) - mean } ?? -mean
    let bias = convolution.bias?.key ?? name.removingSuffix(".weight") + ".bias"
    folded[name] = try (wide(name) * scale.reshaped([-1, 1, 1, 1])).to(.float32)
    folded[bias] = try (wide(norm.key + ".bias") + centred * scale).to(.float32)
    for part in ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"] {
      folded["\(norm.key).\(part)"] = nil
    }
    var result = convolution
    let shape = [convolution.outChannels]
    result.bias = WeightSlice(key: bias, staticKey: bias, stored: shape, active: shape)
    result.norm = nil
    return result
  }

  private func wide(_ name: String) throws -> Tensor { try weight(name).to(.float64) }
}
