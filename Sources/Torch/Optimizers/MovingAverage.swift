import CTorch

/// `average = kept * average + (1 - kept) * value` for each of the averages, in place. One value each,
/// of the same shape.
package func moveAverages(_ averages: [Tensor], towards values: [Tensor], keeping kept: Double)
  throws
{
  precondition(averages.count == values.count)
  try check("moving average") {
    rt_move_averages(
      averages.map(\.handle),
      values.map(\.handle),
      Int32(averages.count),
      kept,
      $0
    )
  }
}
