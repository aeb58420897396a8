/// Scales the collected gradients so that their global norm is at most `limit` (Pascanu et al.,
/// ICML 2013). Returns the norm before clipping. `limit` nil only measures.
@discardableResult
public func clipGradients(_ parameters: [Tensor], to limit: Double?) throws -> Double {
  try withoutGradient {
    let gradients = try parameters.compactMap { try $0.gradient() }
    guard !gradients.isEmpty else { return 0 }
    let squares = try gradients.map { try ($0 * $0).sum() }
    let norm = try Tensor.stacked(squares).sum().scalar().squareRoot()
    if let limit, norm > limit {
      for gradient in gradients { try gradient.multiplyInPlace(limit / norm) }
    }
    return norm
  }
}
