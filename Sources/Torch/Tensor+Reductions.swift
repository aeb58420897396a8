import CTorch

extension Tensor {
  private func reduce(
    _ name: String,
    _ op: rt_reduce_op,
    _ dimensions: [Int],
    _ keep: Bool
  ) throws -> Tensor {
    try produce("\(name) over \(dimensions)", [self]) {
      rt_reduce(
        op,
        handle,
        dimensions.map(Int64.init),
        Int32(dimensions.count),
        keep,
        $0,
        $1
      )
    }
  }

  /// Over `dimensions`, or over all when there are none. `keep` leaves them with size 1.
  public func sum(_ dimensions: [Int] = [], keep: Bool = false) throws -> Tensor {
    try reduce("sum", RT_SUM, dimensions, keep)
  }
  public func mean(_ dimensions: [Int] = [], keep: Bool = false) throws -> Tensor {
    try reduce("mean", RT_MEAN, dimensions, keep)
  }
  public func max(_ dimensions: [Int] = [], keep: Bool = false) throws -> Tensor {
    try reduce("max", RT_AMAX, dimensions, keep)
  }
  /// Index (int64) of the largest element; the first among equals.
  public func argmax(_ dimension: Int, keep: Bool = false) throws -> Tensor {
    try reduce("argmax", RT_ARGMAX, [dimension], keep)
  }
  public func softmax(_ dimension: Int) throws -> Tensor {
    try reduce("softmax", RT_SOFTMAX, [dimension], false)
  }
  public func logSoftmax(_ dimension: Int) throws -> Tensor {
    try reduce("logSoftmax", RT_LOG_SOFTMAX, [dimension], false)
  }
}
