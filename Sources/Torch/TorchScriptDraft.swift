import CTorch

/// A TorchScript module put together from tensors, children and source text: neither Python nor tracing.
///
/// ```swift
/// let linear = try TorchScriptDraft(className: "Linear")
/// try linear.add(weight, named: "weight", as: .parameter)
/// try linear.define("def forward(self, x):\n    return torch.matmul(x, self.weight)\n")
/// let bytes = try linear.fileBytes()
/// ```
package final class TorchScriptDraft {
  private let handle: OpaquePointer
  private let className: String

  /// What a tensor is for those who train the module on.
  package enum Role: Sendable, Hashable { case parameter, buffer }

  package init(className: String) throws(TorchError) {
    var handle: OpaquePointer?
    try check("begin TorchScript class \(className)") { rt_script_new(className, &handle, $0) }
    guard let handle else {
      throw TorchError(operation: "begin TorchScript class \(className)", message: "no module")
    }
    self.handle = handle
    self.className = className
  }

  deinit { rt_script_free(handle) }

  /// Not a copy: the tensor must not change before the file is made.
  package func add(_ tensor: Tensor, named name: String, as role: Role) throws(TorchError) {
    try check("add \(name) to \(className)", [tensor]) {
      rt_script_add_tensor(handle, name, tensor.handle, role == .parameter, $0)
    }
  }

  /// The child is complete: its methods are defined.
  package func add(_ child: TorchScriptDraft, named name: String) throws(TorchError) {
    try check("add \(name) to \(className)") {
      rt_script_add_module(handle, name, child.handle, $0)
    }
  }

  /// Methods as Python source. A child with a number for a name is `getattr(self, "0")`.
  package func define(_ source: String) throws(TorchError) {
    try check("compile the methods of \(className)") { rt_script_define(handle, source, $0) }
  }

  /// The content of a TorchScript file: equal bytes for equal content.
  ///
  /// - Parameter extra: the name and text of a file to travel inside, which Python reads with
  ///   `torch.jit.load(path, _extra_files={name: ""})`.
  package func fileBytes(extra: (name: String, text: String)? = nil) throws(TorchError) -> [UInt8] {
    var (bytes, count): (UnsafeMutablePointer<CChar>?, Int) = (nil, 0)
    try check("save \(className)") {
      rt_script_save(handle, extra?.name, extra?.text, &bytes, &count, $0)
    }
    defer { rt_free_message(bytes) }
    return Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }
}
