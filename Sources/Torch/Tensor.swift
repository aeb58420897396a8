import CTorch

/// An n-dimensional array of libtorch, with autograd.
///
/// Every operation throws ``TorchError``, which names the operation and the shapes. Only ``size(_:)`` traps,
/// as a subscript does: for a dimension that is not there. Operations return new tensors; the few that
/// change one in place end in `InPlace` or say so. A tensor is not `Sendable`: it belongs to the task that
/// made it.
///
/// ```swift
/// let x = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
/// let y = try (x * x).sum()
/// ```
public final class Tensor {
  let handle: OpaquePointer

  /// Takes ownership of a handle of the shim.
  init(owning handle: OpaquePointer) { self.handle = handle }

  deinit { rt_tensor_free(handle) }

  public var rank: Int { withSizes(\.count) }
  public var shape: [Int] { withSizes { $0.map(Int.init) } }
  /// The number of elements.
  public var count: Int { withSizes { $0.reduce(1) { $0 * Int($1) } } }
  /// Size of one dimension. `dimension` must be below `rank`.
  public func size(_ dimension: Int) -> Int {
    withSizes { sizes in
      precondition(
        sizes.indices.contains(dimension),
        "a tensor of shape \(shape) has no dimension \(dimension)"
      )
      return Int(sizes[dimension])
    }
  }
  public var elementType: ElementType { ElementType(rawValue: rt_dtype(handle)) ?? .float32 }
  public var device: Device { Device(code: rt_device(handle)) }
  /// Whether the memory order is batch, height, width, channels.
  public var isChannelsLast: Bool { rt_is_channels_last(handle) }
  /// Element type and shape, as in error messages.
  public var summary: String { "\(elementType)\(shape)" }

  private func withSizes<T>(_ body: (UnsafeBufferPointer<Int64>) -> T) -> T {
    withExtendedLifetime(self) {
      var rank: Int32 = 0
      let sizes = rt_sizes(handle, &rank)
      return body(UnsafeBufferPointer(start: sizes, count: Int(rank)))
    }
  }
}

extension Tensor: CustomStringConvertible {
  public var description: String { summary }
}

typealias Output = UnsafeMutablePointer<OpaquePointer?>
typealias Message = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// Calls a function of the shim, and throws what it reports.
func check(
  _ operation: String,
  _ operands: @autoclosure () -> [Tensor] = [],
  _ call: (Message) -> Int32
) throws(TorchError) {
  var message: UnsafeMutablePointer<CChar>?
  guard call(&message) != 0 else { return }
  let text = message.map { String(cString: $0) } ?? "no reason given"
  rt_free_message(message)
  throw TorchError(operation: operation, operands: operands().map(\.summary), message: text)
}

/// Calls a function of the shim that makes a tensor.
func produce(
  _ operation: String,
  _ operands: @autoclosure () -> [Tensor] = [],
  _ call: (Output, Message) -> Int32
) throws(TorchError) -> Tensor {
  var result: OpaquePointer?
  try check(operation, operands()) { call(&result, $0) }
  guard let result else {
    throw TorchError(operation: operation, message: "no tensor came back")
  }
  return Tensor(owning: result)
}
