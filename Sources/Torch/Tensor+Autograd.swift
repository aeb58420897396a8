import CTorch

extension Tensor {
  public var requiresGradient: Bool { rt_requires_grad(handle) }

  /// Makes a leaf collect gradients.
  public func requireGradient(_ value: Bool = true) throws {
    try check("requireGradient", [self]) { rt_set_requires_grad(handle, value, $0) }
  }

  /// Adds the gradients of this scalar to those of the leaves it was computed from.
  public func backward() throws { try check("backward", [self]) { rt_backward(handle, nil, $0) } }

  /// The same for a tensor of any shape, weighted by `gradient`.
  public func backward(_ gradient: Tensor) throws {
    try check("backward", [self, gradient]) { rt_backward(handle, gradient.handle, $0) }
  }

  /// The collected gradient; nil where none reached this leaf.
  public func gradient() throws -> Tensor? {
    var result: OpaquePointer?
    try check("gradient", [self]) { rt_grad(handle, &result, $0) }
    return result.map(Tensor.init(owning:))
  }

  public func clearGradient() throws {
    try check("clearGradient", [self]) { rt_clear_grad(handle, $0) }
  }
}

/// Runs `body` without recording for autograd. Holds for this thread and ends with `body`.
public func withoutGradient<T>(_ body: () throws -> T) rethrows -> T {
  let before = rt_grad_enabled()
  rt_set_grad_enabled(false)
  defer { rt_set_grad_enabled(before) }
  return try body()
}

extension Tensor {
  /// Adds the gradients of `others` to those of `tensors`, one to one and of equal shapes, and
  /// clears those of `others`. Throws ``TorchError`` where they do not correspond.
  public static func addGradients(to tensors: [Tensor], from others: [Tensor]) throws {
    guard tensors.count == others.count else {
      throw TorchError(
        operation: "adding gradients",
        message: "there are \(others.count) tensors for \(tensors.count)"
      )
    }
    try check("adding gradients") {
      rt_add_gradients(tensors.map(\.handle), others.map(\.handle), Int32(tensors.count), $0)
    }
  }
}
