/// A failed tensor operation: which one, on what shapes, and what libtorch said.
public struct TorchError: Error, CustomStringConvertible {
  public var operation: String
  /// The operands as `float32[8, 3, 28, 28]`.
  public var operands: [String]
  public var message: String

  public init(operation: String, operands: [String] = [], message: String) {
    self.operation = operation
    self.operands = operands
    self.message = message
  }

  public var description: String {
    let shapes = operands.isEmpty ? "" : " of " + operands.joined(separator: ", ")
    return "the tensor operation \(operation)\(shapes) failed: \(message)"
  }
}

/// A device that is unknown or not there.
public struct DeviceError: Error, CustomStringConvertible, Equatable {
  public var name: String
  public var reason: String
  /// Whether a device may be called so.
  public var isName = true
  public var description: String { "the device '\(name)' cannot be used: \(reason)" }
}
