import CTorch

extension Tensor {
  private func unary(_ name: String, _ op: rt_unary_op) throws(TorchError) -> Tensor {
    try produce(name, [self]) { rt_unary(op, handle, $0, $1) }
  }

  private static func binary(
    _ name: String,
    _ op: rt_binary_op,
    _ a: Tensor,
    _ b: Tensor
  ) throws(TorchError) -> Tensor {
    try produce(name, [a, b]) { rt_binary(op, a.handle, b.handle, $0, $1) }
  }

  private func scalar(
    _ name: String,
    _ op: rt_scalar_op,
    _ value: Double
  ) throws(TorchError) -> Tensor {
    try produce(name, [self]) { rt_scalar(op, handle, value, $0, $1) }
  }

  // Element by element, with broadcasting.
  public static func + (a: Tensor, b: Tensor) throws -> Tensor { try binary("+", RT_ADD, a, b) }
  public static func - (a: Tensor, b: Tensor) throws -> Tensor { try binary("-", RT_SUB, a, b) }
  public static func * (a: Tensor, b: Tensor) throws -> Tensor { try binary("*", RT_MUL, a, b) }
  public static func / (a: Tensor, b: Tensor) throws -> Tensor { try binary("/", RT_DIV, a, b) }
  public static func + (a: Tensor, b: Double) throws -> Tensor {
    try a.scalar("+", RT_ADD_SCALAR, b)
  }
  public static func - (a: Tensor, b: Double) throws -> Tensor {
    try a.scalar("-", RT_ADD_SCALAR, -b)
  }
  public static func * (a: Tensor, b: Double) throws -> Tensor {
    try a.scalar("*", RT_MUL_SCALAR, b)
  }
  public static func / (a: Tensor, b: Double) throws -> Tensor {
    try a.scalar("/", RT_MUL_SCALAR, 1 / b)
  }
  public static prefix func - (a: Tensor) throws -> Tensor { try a.unary("-", RT_NEG) }

  public func matmul(_ other: Tensor) throws -> Tensor {
    try Self.binary("matmul", RT_MATMUL, self, other)
  }
  public func maximum(_ other: Tensor) throws -> Tensor {
    try Self.binary("maximum", RT_MAXIMUM, self, other)
  }
  public func minimum(_ other: Tensor) throws -> Tensor {
    try Self.binary("minimum", RT_MINIMUM, self, other)
  }
  /// Bool tensors.
  public func equal(_ other: Tensor) throws -> Tensor {
    try Self.binary("equal", RT_EQ, self, other)
  }
  public func less(_ other: Tensor) throws -> Tensor {
    try Self.binary("less", RT_LT, self, other)
  }
  public func greaterOrEqual(_ other: Tensor) throws -> Tensor {
    try Self.binary("greaterOrEqual", RT_GE, self, other)
  }
  public func equal(_ value: Double) throws -> Tensor {
    try scalar("equal", RT_EQ_SCALAR, value)
  }
  public func greaterOrEqual(_ value: Double) throws -> Tensor {
    try scalar("greaterOrEqual", RT_GE_SCALAR, value)
  }
  public func logicalNot() throws -> Tensor { try unary("logicalNot", RT_LOGICAL_NOT) }
  public func isFinite() throws -> Tensor { try unary("isFinite", RT_ISFINITE) }

  public func power(_ exponent: Double) throws -> Tensor {
    try scalar("power", RT_POW_SCALAR, exponent)
  }
  public func clamped(min: Double) throws -> Tensor {
    try scalar("clamp", RT_CLAMP_MIN, min)
  }
  public func clamped(max: Double) throws -> Tensor {
    try scalar("clamp", RT_CLAMP_MAX, max)
  }
  public func exp() throws -> Tensor { try unary("exp", RT_EXP) }
  public func log() throws -> Tensor { try unary("log", RT_LOG) }
  public func squareRoot() throws -> Tensor { try unary("squareRoot", RT_SQRT) }
  public func magnitude() throws -> Tensor { try unary("magnitude", RT_ABS) }
  public func tanh() throws -> Tensor { try unary("tanh", RT_TANH) }
  public func sigmoid() throws -> Tensor { try unary("sigmoid", RT_SIGMOID) }
  public func relu() throws -> Tensor { try unary("relu", RT_RELU) }
  public func relu6() throws -> Tensor { try unary("relu6", RT_RELU6) }
  /// `x * relu6(x + 3) / 6`
  public func hardSwish() throws -> Tensor { try unary("hardSwish", RT_HARDSWISH) }
  /// `relu6(x + 3) / 6`
  public func hardSigmoid() throws -> Tensor { try unary("hardSigmoid", RT_HARDSIGMOID) }

  /// A copy with memory of its own.
  public func clone() throws -> Tensor { try unary("clone", RT_CLONE) }
  /// Zeros in the shape, type, device and memory order of this tensor.
  public func zerosLike() throws -> Tensor {
    try withoutGradient { try unary("zerosLike", RT_ZEROS_LIKE) }
  }
  /// The same memory, outside autograd.
  public func detached() throws -> Tensor { try unary("detach", RT_DETACH) }
  public func contiguous() throws -> Tensor { try unary("contiguous", RT_CONTIGUOUS) }
  /// The same values in channels-last memory order. Rank 4 only.
  public func channelsLast() throws -> Tensor { try unary("channelsLast", RT_CHANNELS_LAST) }

  /// Where `condition` (bool) holds, `self`; elsewhere `other`.
  public func selected(where condition: Tensor, else other: Tensor) throws -> Tensor {
    try produce("selected", [condition, self, other]) {
      rt_where(condition.handle, handle, other.handle, $0, $1)
    }
  }
  /// A copy with `value` where `mask` (bool) holds.
  public func filled(where mask: Tensor, with value: Double) throws -> Tensor {
    try produce("filled", [self, mask]) { rt_masked_fill(handle, mask.handle, value, $0, $1) }
  }
}

// In place. Inside `withoutGradient` only, for tensors that require gradients.
extension Tensor {
  private func change(
    _ name: String,
    _ op: rt_inplace_op,
    _ other: Tensor?,
    _ alpha: Double
  ) throws {
    try check(name, other.map { [self, $0] } ?? [self]) {
      rt_inplace(op, handle, other?.handle, alpha, $0)
    }
  }
  /// `self += scale * other`
  public func addInPlace(_ other: Tensor, scale: Double = 1) throws {
    try change("addInPlace", RT_ADD_IN, other, scale)
  }
  /// `self += scale * other * other`
  public func addSquareInPlace(_ other: Tensor, scale: Double) throws {
    try change("addSquareInPlace", RT_ADDCMUL_IN, other, scale)
  }
  public func multiplyInPlace(_ factor: Double) throws {
    try change("multiplyInPlace", RT_MUL_IN, nil, factor)
  }
  /// Copies the values of `other`, of the same shape; type, device and memory order stay.
  public func assign(_ other: Tensor) throws { try change("assign", RT_COPY_IN, other, 1) }
}
