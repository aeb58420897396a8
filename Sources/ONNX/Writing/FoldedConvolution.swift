import Networks
import Supernet
import Torch

/// A convolution with its batch norm in it: `w' = w s`, `b' = beta + (b - mean) s` with
/// `s = gamma / sqrt(variance + epsilon)` per output channel, in double precision.
struct FoldedConvolution {
  /// float32, in the shape of the convolution's own.
  let weight: Tensor
  /// float32, `[channels]`.
  let bias: Tensor
  /// That of the weight with `.bias` at the end, if the convolution has none.
  let biasName: String

  init(_ convolution: Convolution, _ norm: BatchNorm, _ weights: [String: Tensor]) throws {
    func double(_ name: String) throws -> Tensor {
      guard let tensor = weights[name] else { throw SupernetError.missingTensors([name]) }
      return try tensor.to(.float64)
    }
    let deviation = try (double(norm.key + ".running_var") + norm.epsilon).squareRoot()
    let scale = try double(norm.key + ".weight") / deviation
    let mean = try double(norm.key + ".running_mean")
    let centred = try convolution.bias.map { try double($0.key) - mean } ?? -mean
    let name = convolution.weight.key
    weight = try (double(name) * scale.reshaped([-1, 1, 1, 1])).to(.float32)
    bias = try (double(norm.key + ".bias") + centred * scale).to(.float32)
    biasName = convolution.bias?.key ?? name.removingSuffix(".weight") + ".bias"
  }
}
