extension NetworkDescription {
  /// The same network stored under its static names, each slice a whole tensor.
  package var extracted: NetworkDescription {
    mapping { convolution in
      var result = convolution
      result.weight = convolution.weight.extracted
      result.bias = convolution.bias?.extracted
      result.norm?.key = convolution.norm?.staticKey ?? ""
      result.norm?.stored = convolution.norm?.active ?? 0
      result.kernelMatrices = []
      return result
    } linear: { linear in
      Linear(weight: linear.weight.extracted, bias: linear.bias.extracted)
    }
  }
}

extension WeightSlice {
  fileprivate var extracted: WeightSlice {
    WeightSlice(key: staticKey, staticKey: staticKey, stored: active, active: active)
  }
}
