/// The tensors of a checkpoint that another program wrote: a file of `torch.save` (the zip format of
/// torch 1.6 and later, or the pickle before it) or a safetensors file. The content tells which, not
/// the name. Nothing in the file is executed; whatever is not a tensor is skipped or refused.
///
/// ```swift
/// let checkpoint = try ForeignCheckpoint(contentsOf: "ofa_mbv3_d234_e346_k357_w1.0")
/// let plan = ImportPlan(checkpoint, onto: expected)
/// try plan.apply(to: checkpoint) { key, tensor in ... }
/// ```
package struct ForeignCheckpoint: Sendable {
  package enum Format: String, Sendable, Codable {
    case torchArchive = "torch zip archive"
    case torchLegacy = "legacy torch pickle"
    case safetensors
  }

  package let format: Format
  /// In the order of the file. Keys are distinct.
  package let tensors: [ForeignTensor]
  /// The path of the file; `nil` for bytes in memory.
  package let file: String?

  /// Opens a file and reads what it lists, not the values. Throws ``ImportError``.
  package init(contentsOf path: String) throws(ImportError) {
    try self.init(ByteSource(path: path))
  }

  /// Reads a checkpoint in memory. Throws ``ImportError``.
  package init(bytes: [UInt8]) throws(ImportError) {
    try self.init(ByteSource(bytes))
  }

  init(_ source: ByteSource) throws(ImportError) {
    (format, tensors) = try ImportError.naming(source.file) {
      () throws(ImportError) -> (Format, [ForeignTensor]) in
      let format = try Self.sniff(source)
      let tensors =
        switch format {
        case .torchArchive: try TorchArchive(source).tensors
        case .torchLegacy: try TorchLegacyFile(source).tensors
        case .safetensors: try SafetensorsFile(source).tensors
        }
      guard !tensors.isEmpty else { throw ImportError(.noTensors) }
      return (format, tensors)
    }
    file = source.file
  }

  private static func sniff(_ source: ByteSource) throws(ImportError) -> Format {
    let start = try source.read(0..<min(9, source.count), part: "the file")
    guard !start.isEmpty else { throw ImportError(.unknownFormat(reason: "it is empty")) }
    // A header length that starts as another format does is told apart by the brace after it.
    if start.count == 9, start[8] == UInt8(ascii: "{") { return .safetensors }
    if start.starts(with: [0x50, 0x4B]) { return .torchArchive }
    if start[0] == PickleOpcode.protocolVersion.rawValue { return .torchLegacy }
    if start.starts(with: [0x89, 0x48, 0x44, 0x46]) {
      throw ImportError(.unknownFormat(reason: "it is an HDF5 file, which needs no import"))
    }
    throw ImportError(.unknownFormat(reason: "its first bytes belong to no known format"))
  }
}
