import AtomicFiles
import Foundation

/// What every file of ours says about itself in the attributes of its root group.
package struct FileHeader: Hashable, Sendable {
  /// `regnas.dataset`, `regnas.supernet`, `regnas.search` or `regnas.family`.
  package var format: String
  /// The version of the format that the file is written in.
  package var version: Int
  /// The oldest format version whose readers still understand the file.
  package var minimumReaderVersion: Int
  /// The program and its version.
  package var createdBy: String
  /// The SHA-256 of the resolved configuration, 64 hexadecimal digits.
  package var configurationDigest: String

  package init(
    format: String,
    version: Int,
    minimumReaderVersion: Int,
    createdBy: String,
    configurationDigest: String
  ) {
    self.format = format
    self.version = version
    self.minimumReaderVersion = minimumReaderVersion
    self.createdBy = createdBy
    self.configurationDigest = configurationDigest
  }

  /// Of a file that this program writes, and that readers of its first version still understand.
  ///
  /// - Parameter configuration: the text whose SHA-256 the file carries.
  package init(format: String, version: Int = 1, of configuration: String) throws {
    self.init(
      format: format,
      version: version,
      minimumReaderVersion: 1,
      createdBy: Program.identity,
      configurationDigest: try SHA256.of(configuration)
    )
  }

  package func write(to file: HDF5File) throws {
    let root = file.root
    try root.setAttribute("format", format)
    try root.setAttribute("format-version", version)
    try root.setAttribute("minimum-reader-version", minimumReaderVersion)
    try root.setAttribute("created-by", createdBy)
    try root.setAttribute("config-sha256", configurationDigest)
  }

  /// The format a file says it has; `nil` when it is not one of ours.
  package static func format(of file: HDF5File) throws -> String? {
    guard case .string(let format)? = try file.root.anyAttribute("format"),
      format.hasPrefix("regnas.")
    else { return nil }
    return format
  }

  /// ``format(of:)`` of the file at `path`.
  package static func format(ofFile path: String) throws -> String? {
    let file = try HDF5File.open(path)
    let format = try format(of: file)
    try file.close()
    return format
  }

  /// Refuses to replace a file that is there by one of a format, unless it is one of that format itself,
  /// sound or damaged.
  ///
  /// - Throws: `OutputError`.
  package static func checkReplacing(_ path: String, format: String) throws {
    guard access(path, F_OK) == 0 else { return }
    do {
      if try self.format(ofFile: path) == format { return }
    } catch let error as HDF5Error where error.kind == .damagedFile {
      return
    } catch {}
    throw OutputError(
      .needed,
      path,
      "this is a file of another kind than \(format)",
      remedy: "Choose another name for the file to write."
    )
  }

  /// Reads the header and checks that this program can read the file.
  ///
  /// - Parameters:
  ///   - format: the format expected.
  ///   - readerVersion: the newest version of the format that the caller understands.
  /// - Throws: `HDF5Error` of kind `foreignFile` when the file is of another format or too new.
  package static func read(
    from file: HDF5File,
    expecting format: String,
    readerVersion: Int
  ) throws -> FileHeader {
    let place = file.place("", "open")
    guard let found = try Self.format(of: file) else {
      throw place.error(
        .foreignFile,
        "this HDF5 file was not written by regnas, a \(format) file was expected"
      )
    }
    guard found == format else {
      throw place.error(
        .foreignFile,
        "this is a \(found) file, a \(format) file was expected",
        remedy: "Give a \(format) file."
      )
    }
    let root = file.root
    let header = FileHeader(
      format: found,
      version: try root.attribute("format-version"),
      minimumReaderVersion: try root.attribute("minimum-reader-version"),
      createdBy: try root.attribute("created-by"),
      configurationDigest: try root.attribute("config-sha256")
    )
    guard header.minimumReaderVersion <= readerVersion else {
      throw place.error(
        .foreignFile,
        "the file needs a reader of \(format) version \(header.minimumReaderVersion), "
          + "this program reads up to version \(readerVersion)",
        remedy: "Use a newer regnas (the file was written by \(header.createdBy))."
      )
    }
    return header
  }
}
