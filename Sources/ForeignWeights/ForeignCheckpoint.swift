import AtomicFiles
import Foundation

/// The tensors of a checkpoint that another program wrote: a file of `torch.save` (the zip format of
/// torch 1.6 and later, or the pickle before it), a safetensors file, or the index of several such.
/// The content tells which, not the name. Nothing in the file is executed; whatever is not a tensor is
/// only named.
///
/// ```swift
/// let checkpoint = try ForeignCheckpoint(contentsOf: "ofa_mbv3_d234_e346_k357_w1.0")
/// let plan = try ImportPlan(checkpoint, onto: expected)
/// try plan.apply(to: checkpoint) { key, tensor in ... }
/// ```
package struct ForeignCheckpoint: Sendable {
  package enum Format: String, Sendable, Codable {
    case torchArchive = "torch zip archive"
    case torchLegacy = "legacy torch pickle"
    case safetensors
    case shards = "checkpoint in several files"
  }

  package let format: Format
  /// In the order of the file, of all the dictionaries in it. Keys are distinct.
  package let tensors: [ForeignTensor]
  /// What else the file holds.
  package let rest: Rest
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

  /// A part of a checkpoint is no index of further parts.
  init(_ source: ByteSource, isPart: Bool = false) throws(ImportError) {
    (format, tensors, rest) = try ImportError.naming(source.file) {
      () throws(ImportError) -> (Format, [ForeignTensor], Rest) in
      let (format, tensors, rest) = try Self.read(source, isPart: isPart)
      guard !tensors.isEmpty || !rest.modules.isEmpty else {
        throw ImportError(.noTensors(rest))
      }
      return (format, tensors, rest)
    }
    file = source.file
  }

  private static func read(
    _ source: ByteSource,
    isPart: Bool
  ) throws(ImportError) -> (Format, [ForeignTensor], Rest) {
    let start = try source.read(0..<min(OtherFormat.telling, source.count), part: "the file")
    guard !start.isEmpty else { throw ImportError(.unknownFormat(reason: "it is empty")) }
    // A header length that starts as another format does is told apart by the brace after it; a text
    // would be a length beyond any file.
    let brace = UInt8(ascii: "{")
    if start.count > 8, start[8] == brace, start[0] != brace || start[7] == 0 {
      return (.safetensors, try SafetensorsFile(source).tensors, Rest())
    }
    if start.starts(with: [0x50, 0x4B]) {
      let archive = try TorchArchive(source)
      return (.torchArchive, archive.tensors, archive.rest)
    }
    if start[0] == PickleOpcode.protocolVersion.rawValue {
      let legacy = try TorchLegacyFile(source)
      return (.torchLegacy, legacy.tensors, legacy.rest)
    }
    if !isPart, start[0] == brace, let index = try ShardIndex(source) {
      let folder = source.file.map { OutputFile.folder(of: $0) }
      return (.shards, try index.tensors(in: folder), Rest())
    }
    if let other = OtherFormat(start: start, size: source.count) {
      throw ImportError(.otherFormat(other))
    }
    throw ImportError(.unknownFormat(reason: "its first bytes belong to no known format"))
  }
}
