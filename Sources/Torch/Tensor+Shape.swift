import CTorch

extension Tensor {
  private func reshape(_ name: String, _ op: rt_shape_op, _ sizes: [Int]) throws -> Tensor {
    try produce("\(name) to \(sizes)", [self]) {
      rt_shape(op, handle, sizes.map(Int64.init), Int32(sizes.count), $0, $1)
    }
  }

  /// One size may be -1: what is left.
  public func reshaped(_ shape: [Int]) throws -> Tensor {
    try reshape("reshape", RT_RESHAPE, shape)
  }
  public func permuted(_ order: [Int]) throws -> Tensor {
    try reshape("permute", RT_PERMUTE, order)
  }
  public func expanded(_ shape: [Int]) throws -> Tensor {
    try reshape("expand", RT_EXPAND, shape)
  }

  /// A view of `count` elements of one dimension from `start` on.
  public func narrowed(_ dimension: Int, from start: Int = 0, count: Int) throws -> Tensor {
    try produce("narrow dimension \(dimension) to \(start)..<\(start + count)", [self]) {
      rt_narrow(handle, Int64(dimension), Int64(start), Int64(count), $0, $1)
    }
  }

  /// The leading slice `[0..<sizes[0], 0..<sizes[1], ...]`, a view.
  public func leading(_ sizes: [Int]) throws -> Tensor {
    var result = self
    for (dimension, size) in sizes.enumerated() where size != result.size(dimension) {
      result = try result.narrowed(dimension, count: size)
    }
    return result
  }

  /// The leading slice of a parameter for one layer. Where gradients are recorded, the slice's
  /// gradient goes straight to its part of the parameter's: no gradient of full size is made for
  /// each layer that uses it.
  ///
  /// With `channelsLast`, of a filter `[out, in, height, width]` in the memory order of the images.
  /// Without gradients to record, a view if it can be one.
  public func parameterSlice(_ sizes: [Int], channelsLast: Bool = false) throws -> Tensor {
    try produce("leading slice \(sizes)", [self]) {
      rt_leading(handle, sizes.map(Int64.init), Int32(sizes.count), channelsLast, $0, $1)
    }
  }

  public static func concatenated(_ tensors: [Tensor], dimension: Int) throws -> Tensor {
    try produce("concatenate along \(dimension)", tensors) {
      rt_cat(tensors.map(\.handle), Int32(tensors.count), Int64(dimension), false, $0, $1)
    }
  }

  /// Along a new dimension.
  public static func stacked(_ tensors: [Tensor], dimension: Int = 0) throws -> Tensor {
    try produce("stack along \(dimension)", tensors) {
      rt_cat(tensors.map(\.handle), Int32(tensors.count), Int64(dimension), true, $0, $1)
    }
  }

  /// The slices of `dimension` that `indices` (int64, rank 1) names.
  public func rows(_ indices: Tensor, dimension: Int = 0) throws -> Tensor {
    try produce("rows", [self, indices]) {
      rt_index_select(handle, Int64(dimension), indices.handle, $0, $1)
    }
  }

  /// `out[i][j] = self[i][index[i][j]]` for dimension 1, and likewise for others.
  public func gathered(_ dimension: Int, _ index: Tensor) throws -> Tensor {
    try produce("gather along \(dimension)", [self, index]) {
      rt_gather(handle, Int64(dimension), index.handle, $0, $1)
    }
  }

  /// In another element type or on another device; the same tensor when nothing changes.
  public func to(_ type: ElementType? = nil, device: Device? = nil) throws -> Tensor {
    let type = type ?? elementType
    let device = device ?? self.device
    return try produce("to \(type) on \(device)", [self]) {
      rt_to(handle, type.rawValue, device.code, $0, $1)
    }
  }
}
