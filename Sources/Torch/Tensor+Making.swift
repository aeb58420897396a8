import CTorch

extension Tensor {
  /// From elements in row-major order. Throws when the count does not fit the shape.
  public convenience init<T: TensorElement>(
    _ values: [T],
    shape: [Int],
    device: Device = .cpu
  ) throws {
    self.init(
      owning: try values.withUnsafeBytes {
        try Self.copy($0, type: T.elementType, shape: shape, device: device)
      }
    )
  }

  /// From raw elements in row-major order.
  public convenience init(
    bytes: UnsafeRawBufferPointer,
    type: ElementType,
    shape: [Int],
    device: Device = .cpu
  ) throws {
    self.init(owning: try Self.copy(bytes, type: type, shape: shape, device: device))
  }

  /// A scalar.
  public convenience init<T: TensorElement>(_ value: T, device: Device = .cpu) throws {
    try self.init([value], shape: [], device: device)
  }

  /// Images given in the order `[batch, height, width, channels]`, as `[batch, channels, height,
  /// width]` with channels last in memory: no element moves.
  public convenience init(
    channelsLast values: [Float],
    batch: Int,
    channels: Int,
    height: Int,
    width: Int,
    device: Device = .cpu
  ) throws {
    let stored = try Tensor(values, shape: [batch, height, width, channels], device: device)
    let viewed = try produce("permute", [stored]) { out, message in
      rt_shape(RT_PERMUTE, stored.handle, [0, 3, 1, 2], 4, out, message)
    }
    // With one channel or one pixel the strides are ambiguous; settle them.
    self.init(owning: try Self.retained(viewed.channelsLast()))
  }

  public static func full(
    _ value: Double,
    shape: [Int],
    type: ElementType = .float32,
    device: Device = .cpu
  ) throws -> Tensor {
    try produce("full \(shape)") {
      rt_full(value, type.rawValue, shape.map(Int64.init), Int32(shape.count), device.code, $0, $1)
    }
  }

  public static func zeros(
    _ shape: [Int],
    type: ElementType = .float32,
    device: Device = .cpu
  ) throws -> Tensor {
    try full(0, shape: shape, type: type, device: device)
  }

  public static func ones(
    _ shape: [Int],
    type: ElementType = .float32,
    device: Device = .cpu
  ) throws -> Tensor {
    try full(1, shape: shape, type: type, device: device)
  }

  /// 0, 1, ..., count - 1 as int64.
  public static func range(_ count: Int, device: Device = .cpu) throws -> Tensor {
    try produce("range") { rt_arange(Int64(count), device.code, $0, $1) }
  }

  private static func copy(
    _ bytes: UnsafeRawBufferPointer,
    type: ElementType,
    shape: [Int],
    device: Device
  ) throws(TorchError) -> OpaquePointer {
    var result: OpaquePointer?
    try check("from \(type) elements of shape \(shape)") {
      rt_from_bytes(
        bytes.baseAddress,
        bytes.count,
        type.rawValue,
        shape.map(Int64.init),
        Int32(shape.count),
        device.code,
        &result,
        $0
      )
    }
    guard let result else {
      throw TorchError(operation: "from elements", message: "no tensor came back")
    }
    return result
  }

  /// Another handle on the same tensor.
  private static func retained(_ tensor: Tensor) throws(TorchError) -> OpaquePointer {
    var result: OpaquePointer?
    try check("detach", [tensor]) { rt_unary(RT_DETACH, tensor.handle, &result, $0) }
    guard let result else {
      throw TorchError(operation: "detach", message: "no tensor came back")
    }
    return result
  }
}
