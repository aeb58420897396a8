import Foundation

/// A refusal of the system while a file is read, written or renamed.
public struct StorageError: Error, Hashable, Sendable, CustomStringConvertible {
  public let path: String
  /// What was being done, for example "write".
  public let operation: String
  /// The system's `errno`.
  public let code: Int32

  public init(_ path: String, _ operation: String, code: Int32) {
    self.path = path
    self.operation = operation
    self.code = code
  }

  public var isMissingFile: Bool { code == ENOENT || code == ENOTDIR }
  /// Whether a folder is where a file was to be read.
  public var isFolder: Bool { code == EISDIR && ["open", "read"].contains(operation) }

  public var description: String {
    isFolder
      ? "\(path): this is a folder, a file was expected. Give a file."
      : "\(path): cannot \(operation): \(String(cString: strerror(code)))" + remedy
  }

  private var remedy: String {
    switch code {
    case ENOSPC, EDQUOT: ". Free space on the disk and run again."
    case EFBIG: ". The file is larger than the limit of this process or disk allows."
    case EACCES where ["open", "read"].contains(operation): ". Check its permissions."
    case EACCES, EPERM, EROFS: ". Choose a folder you may write to."
    case ENOENT, ENOTDIR: ". Check the path."
    case ENOMEM: ". There is not enough memory: raise the limit of this process (ulimit -v)."
    case EMFILE: ". This process may open too few files: raise its limit (ulimit -n)."
    case ENAMETOOLONG: ". Choose a shorter name."
    case EEXIST: ". Choose another name or remove it."
    default: ""
    }
  }
}
