import HDF5
import Supernet
import Torch

/// Everything a run needs to go on: named texts and named tensors, in one sealed HDF5 file.
///
/// Names with slashes become groups. Nothing in it depends on time or place, so equal states give
/// equal bytes.
public struct Checkpoint {
  public static let format = "regnas.search"
  public static let version = 1

  public var texts: [String: String] = [:]
  public var tensors: [String: Tensor] = [:]

  public init() {}

  /// The tensors under `prefix`, with it removed.
  public func tensors(under prefix: String) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (name, tensor) in tensors where name.hasPrefix(prefix) {
      result[String(name.dropFirst(prefix.count))] = tensor
    }
    return result
  }

  public mutating func set(_ tensors: [String: Tensor], under prefix: String) {
    for (name, tensor) in tensors { self.tensors[prefix + name] = tensor }
  }

  /// A text that must be there.
  func text(_ name: String, in file: String) throws -> String {
    guard let text = texts[name] else {
      throw HDF5Error(
        .missingObject, file: file, object: "texts/" + name, operation: "read",
        cause: "the checkpoint lacks it")
    }
    return text
  }
}

extension Checkpoint {
  /// The bytes of the file.
  public func encoded() throws -> [UInt8] {
    let file = try HDF5File.createInMemory(name: "checkpoint")
    try FileHeader(
      format: Self.format, version: Self.version, minimumReaderVersion: 1,
      createdBy: Program.identity,
      configurationDigest: try SHA256.of(texts["configuration"] ?? "")
    ).write(to: file)
    let group = try file.root.createGroup("texts")
    for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
      try group.write(name, strings: [text], shape: [])
    }
    try file.root.createGroup("tensors").write(tensors: tensors)
    try ContentDigest.write(to: file)
    return try file.image()
  }

  /// Reads and verifies a checkpoint.
  public init(path: String) throws {
    let file = try HDF5File.open(path)
    _ = try FileHeader.read(from: file, expecting: Self.format, readerVersion: Self.version)
    try ContentDigest.verify(file)
    let group = try file.root.group("texts")
    for name in try group.childNames() {
      texts[name] = try group.readStrings(name).values.first ?? ""
    }
    tensors = try file.root.group("tensors").tensors()
    try file.close()
  }
}

/// What files say made them.
public enum Program {
  public static let identity = "regnas 0.1.0"
}
