/// What is wrong with images, labels or splits, where, and how to mend it.
///
/// Damaged or foreign HDF5 files give an `HDF5Error`, and a refusal of the system while files are
/// published a `StorageError`.
public struct ImageDataError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Sendable, Hashable {
    /// A file or folder to read does not exist.
    case missingFile
    /// A source or data set holds data that cannot be used.
    case badData
    /// The splits ask for more images than there are.
    case notEnoughImages
    /// The system refused to read or write.
    case inputOutput
    /// The file to write is there already.
    case alreadyExists
    /// The request itself makes no sense: a size of 0, a batch larger than its split.
    case misuse
  }

  public let kind: Kind
  /// The file or folder.
  public let path: String
  public let cause: String
  public let remedy: String

  public init(_ kind: Kind, _ path: String, _ cause: String, remedy: String = "") {
    self.kind = kind
    self.path = path
    self.cause = cause
    self.remedy = remedy
  }

  /// One line: names of files, arrays and classes may hold anything.
  public var description: String {
    ("\(path): \(cause)" + (remedy.isEmpty ? "" : ". \(remedy)")).withoutControls
  }
}
