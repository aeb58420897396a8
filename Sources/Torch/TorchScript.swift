import AtomicFiles
import CTorch

/// A TorchScript module read from a file, on the processor and set to evaluation.
///
/// ```swift
/// let model = try TorchScriptModule(path: "model.pt")
/// let logits = try model(images)
/// ```
///
/// The file's code is run by libtorch's own interpreter. That code can only call operators of libtorch, but
/// a file may ask for any amount of memory or time: load files of people you trust.
public final class TorchScriptModule {
  /// The file's path, or what stands for it in messages.
  public let name: String
  private let handle: OpaquePointer

  /// Throws `StorageError` for a file that cannot be read, and ``TorchScriptError``.
  public convenience init(path: String) throws {
    try self.init(bytes: readFile(path), name: path)
  }

  /// The content of a file.
  ///
  /// Throws ``TorchScriptError``.
  public init(bytes: [UInt8], name: String = "TorchScript") throws(TorchScriptError) {
    var handle: OpaquePointer?
    var isInterpreter: Int32 = 0
    let failure: TorchError? = bytes.withUnsafeBytes { buffer in
      do throws(TorchError) {
        try check("load TorchScript") {
          rt_script_load(buffer.baseAddress, buffer.count, &handle, &isInterpreter, $0)
        }
        return nil
      } catch {
        return error
      }
    }
    if let failure {
      throw TorchScriptError(
        loading: name,
        bytes: bytes.prefix(8),
        message: failure.message,
        isInterpreter: isInterpreter != 0
      )
    }
    guard let handle else {
      throw TorchScriptError(
        .notTorchScript,
        name,
        cause: "libtorch gave no module",
        remedy: "Save it again."
      )
    }
    self.handle = handle
    self.name = name
  }

  deinit { rt_script_free(handle) }

  /// What the module's `forward` gives for one tensor, without autograd.
  ///
  /// Throws ``TorchScriptError``, also where that is no tensor.
  public func forward(_ input: Tensor) throws(TorchScriptError) -> Tensor {
    var (output, other): (OpaquePointer?, UnsafeMutablePointer<CChar>?)
    var isInterpreter: Int32 = 0
    do {
      try check("run TorchScript", [input]) {
        rt_script_forward(handle, input.handle, &output, &other, &isInterpreter, $0)
      }
    } catch {
      throw TorchScriptError(
        running: name,
        on: input,
        message: error.message,
        isInterpreter: isInterpreter != 0
      )
    }
    defer { rt_free_message(other) }
    guard let output else {
      throw TorchScriptError(
        .outputIsNoTensor,
        name,
        cause:
          "the module gives \(other.map { String(cString: $0) } ?? "nothing") and not a tensor",
        remedy: "Save a module whose forward returns the logits alone."
      )
    }
    return Tensor(owning: output)
  }

  public func callAsFunction(_ input: Tensor) throws(TorchScriptError) -> Tensor {
    try forward(input)
  }
}
