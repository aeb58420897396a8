import CTorch

/// Scales the collected gradients so that their global norm is at most `limit` (Pascanu et al.,
/// ICML 2013). Returns the norm before clipping. `limit` nil only measures.
///
/// Where one of `losses`, scalars, is not finite, the norm is not a number, whatever the gradients: one
/// read from the device tells both.
@discardableResult
package func clipGradients(
  _ parameters: [Tensor],
  of losses: [Tensor] = [],
  to limit: Double?
) throws -> Double {
  var norm = 0.0
  HostReads.add()
  try check("gradient norm") {
    rt_gradient_norm(
      parameters.map(\.handle),
      Int32(parameters.count),
      losses.map(\.handle),
      Int32(losses.count),
      &norm,
      $0
    )
  }
  guard let limit, norm > limit else { return norm }
  try check("gradient clipping") {
    rt_scale_gradients(parameters.map(\.handle), Int32(parameters.count), limit / norm, $0)
  }
  return norm
}
