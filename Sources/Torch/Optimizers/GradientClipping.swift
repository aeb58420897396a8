import CTorch

/// Scales the collected gradients so that their global norm is at most `limit` (Pascanu et al.,
/// ICML 2013). Returns the norm before clipping. `limit` nil only measures.
@discardableResult
public func clipGradients(_ parameters: [Tensor], to limit: Double?) throws -> Double {
  var norm = 0.0
  try check("gradient norm") {
    rt_gradient_norm(parameters.map(\.handle), Int32(parameters.count), &norm, $0)
  }
  guard let limit, norm > limit else { return norm }
  try withoutGradient {
    for parameter in parameters { try parameter.gradient()?.multiplyInPlace(limit / norm) }
  }
  return norm
}
