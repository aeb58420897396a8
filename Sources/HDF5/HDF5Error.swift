import Foundation

/// What went wrong with an HDF5 file, where, and how to mend it.
public struct HDF5Error: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Sendable, Hashable {
    /// The file does not exist.
    case missingFile
    /// The file is there, but it is not an HDF5 file or not one of the expected format.
    case foreignFile
    /// The file was an HDF5 file once: truncated, bytes changed, or a checksum differs.
    case damagedFile
    /// The system refused to read or write: permissions, a full disk, a failing device.
    case inputOutput
    /// Another process has the file open for writing.
    case busy
    /// The file is sound but has no object or attribute of this name.
    case missingObject
    /// The object is there, but of another type or shape than asked for.
    case mismatch
    /// The call itself cannot be carried out: a name, shape or order that makes no sense.
    case misuse
  }

  public let kind: Kind
  /// The file's path, or the name given to a file image.
  public let file: String
  /// The path inside the file, with `@name` for an attribute; empty when it is the file itself.
  public let object: String
  /// What was being done, for example "read".
  public let operation: String
  public let cause: String
  public let remedy: String
  /// The system's `errno`, where it was the system that refused.
  public let systemCode: Int32?
  /// Whether the library could not get the memory that it needed.
  package let lacksMemory: Bool

  public init(
    _ kind: Kind,
    file: String,
    object: String = "",
    operation: String,
    cause: String,
    remedy: String? = nil,
    systemCode: Int32? = nil,
    lacksMemory: Bool = false
  ) {
    self.kind = kind
    self.file = file
    self.object = object
    self.operation = operation
    self.cause = cause
    self.remedy = remedy ?? Self.usualRemedy(kind, systemCode: systemCode)
    self.systemCode = systemCode
    self.lacksMemory = lacksMemory
  }

  public var description: String {
    let place = object.isEmpty ? file : "\(file): \(object)"
    return "\(place): cannot \(operation): \(cause)" + (remedy.isEmpty ? "" : ". \(remedy)")
  }

  private static func usualRemedy(_ kind: Kind, systemCode: Int32?) -> String {
    switch kind {
    case .missingFile: "Check the path."
    case .foreignFile: "Give a file that regnas wrote."
    case .damagedFile: "Restore the file from a copy or write it again."
    case .inputOutput:
      systemCode == ENOSPC
        ? "Free space on the disk and run again." : "Check the disk and the permissions."
    case .busy: "Wait until the other process has closed it."
    case .missingObject, .mismatch, .misuse: ""
    }
  }
}
