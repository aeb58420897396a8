import Networks
import Supernet
import Torch

extension ExportedNetwork {
  /// The same function with each batch norm in its convolution (`FoldedConvolution`), in double precision.
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
    let result = try FoldedConvolution(convolution, norm) { try weight($0).to(.float64) }
    folded[convolution.weight.key] = try result.weight.to(.float32)
    folded[result.biasSlice.key] = try result.bias.to(.float32)
    for part in ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"] {
      folded["\(norm.key).\(part)"] = nil
    }
    return result.convolution
  }
}
