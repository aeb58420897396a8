/// Images and labels of some foreign format, read in one pass with bounded memory.
public protocol ImageSource: AnyObject {
  /// Short name of the format, kept as provenance.
  var importer: String { get }
  /// The options that shape the result, in a fixed order, kept as provenance.
  var options: String { get }
  /// Where the images come from, for messages.
  var path: String { get }
  var shape: ImageShape { get }
  /// All images.
  var count: Int { get }
  /// How many of them, at the end, are the source's own test part; 0 when it has none.
  var testCount: Int { get }
  /// How many, right before these, are the source's own search part; 0 when it has none.
  var searchCount: Int { get }
  /// `nil` when the source has no names: then classes are numbered.
  var classNames: [String]? { get }
  /// Files that were left out since they could not be decoded, known once `read` has returned.
  var skipped: [SkippedFile] { get }
  /// What else was left out, changed or guessed, known once `read` has returned.
  var notes: [ImportNote] { get }
  /// A name for every image by which its owner finds it again (the path in the folder, without
  /// folders of this machine), known once `read` has returned; `nil` when the source has none.
  var imageNames: [String]? { get }
  /// Names (no folders of this machine) and SHA-256 of what was read, known once `read` returned.
  var files: [SourceFile] { get throws }

  /// The labels of all images in order, where they can be had without decoding the images: then
  /// images that are in no split need not be written. `nil` otherwise.
  ///
  /// - Throws: `ImageDataError`.
  func labels() throws -> [Int32]?

  /// Hands over all images in order, in blocks: rows of `shape.byteCount` bytes (height, width,
  /// channel) and one label for each.
  ///
  /// - Throws: `ImageDataError`, or what `body` throws.
  func read(_ body: (_ pixels: [UInt8], _ labels: [Int32]) throws -> Void) throws
}

extension ImageSource {
  public var searchCount: Int { 0 }
  public var skipped: [SkippedFile] { [] }
  public var notes: [ImportNote] { [] }
  public var imageNames: [String]? { nil }
  public func labels() throws -> [Int32]? { nil }

  /// Images in a block of about 4 MB.
  package var blockSize: Int { max(1, (4 << 20) / max(1, shape.byteCount)) }
}

/// A file left out because it could not be decoded.
public struct SkippedFile: Hashable, Sendable, Codable {
  public var path: String
  public var reason: String

  package init(path: String, reason: String) { (self.path, self.reason) = (path, reason) }
}

/// A file that a data set was made from.
public struct SourceFile: Hashable, Sendable, Codable {
  public var name: String
  public var sha256: String

  package init(name: String, sha256: String) { (self.name, self.sha256) = (name, sha256) }
}
