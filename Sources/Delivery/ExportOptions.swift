/// A kind of file that holds a member for other programs.
public enum ExportFormat: String, Sendable, Hashable, Codable, CaseIterable {
  case onnx, torchscript, safetensors

  /// In the member's folder.
  public var fileName: String {
    switch self {
    case .onnx: "model.onnx"
    case .torchscript: "model.pt"
    case .safetensors: "model.safetensors"
    }
  }
}

/// What the exported models take and hold.
public struct ExportOptions: Sendable, Hashable {
  /// In the order of `ExportFormat.allCases`, each once.
  public let formats: [ExportFormat]
  /// Of the ONNX and TorchScript files. Safetensors hold weights only.
  public var input = Input.float
  public var layout = Layout.nchw
  /// Whether batch norm stays a layer of its own in ONNX and TorchScript, to train on. Safetensors always
  /// hold it.
  public var keepsBatchNorm = false

  public enum Input: String, Sendable, Hashable, Codable, CaseIterable {
    /// Normalised images.
    case float
    /// Bytes, which the model normalises itself.
    case uint8
  }

  public enum Layout: String, Sendable, Hashable, Codable, CaseIterable {
    /// `[batch, channels, height, width]`
    case nchw
    /// `[batch, height, width, channels]`
    case nhwc
  }

  /// All formats where none is named.
  public init(formats: [ExportFormat] = []) {
    let wanted = Set(formats)
    self.formats = ExportFormat.allCases.filter { wanted.isEmpty || wanted.contains($0) }
  }
}
