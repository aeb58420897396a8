import CTorch

extension Tensor {
  /// The elements in row-major order, from any device. `T` must be the element type.
  public func array<T: TensorElement>(_ type: T.Type = T.self) throws -> [T] {
    guard T.elementType == elementType else {
      throw TorchError(
        operation: "reading as \(T.elementType)",
        operands: [summary],
        message: "the element type differs; convert first"
      )
    }
    HostReads.add()
    let count = count
    return try [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      try check("reading", [self]) {
        rt_copy_out(handle, buffer.baseAddress, count * MemoryLayout<T>.stride, $0)
      }
      initialized = count
    }
  }

  /// The elements as raw bytes in row-major order.
  public func bytes() throws -> [UInt8] {
    let size = count * elementType.byteCount
    HostReads.add()
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
      try check("reading", [self]) { rt_copy_out(handle, buffer.baseAddress, size, $0) }
      initialized = size
    }
  }

  /// The value of a tensor of one element, as a number.
  public func scalar() throws -> Double {
    guard count == 1 else {
      throw TorchError(
        operation: "scalar",
        operands: [summary],
        message: "the tensor does not have exactly one element"
      )
    }
    return try to(.float64).array(Double.self)[0]
  }
}
