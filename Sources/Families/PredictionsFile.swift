import AtomicFiles
import Foundation
import HDF5

/// The file of one network's predictions, format `regnas.predictions`:
///
///     attributes
///       search-sha256, test-sha256 of the images and labels of the splits; not before 0.2
///     identity                     text: JSON of everything the predictions follow from
///     labels/search, labels/test   int32 [images]
///     search, test                 int32 [images], the predicted class, as in a family file
///
/// Written once per network, whole or not at all, so that an evaluation that was stopped goes on
/// with what is there and results can be put together later.
package enum PredictionsFile {
  package static let format = "regnas.predictions"
  package static let version = 1

  /// What predictions follow from, as names and values: equal for equal predictions.
  package typealias Identity = [String: String]

  /// Class per image of each split.
  package struct Content: Sendable, Hashable {
    package var search: [Int32]
    package var test: [Int32]

    package init(search: [Int32], test: [Int32]) {
      self.search = search
      self.test = test
    }
  }

  /// Which images predictions are for: SHA-256 of the images and labels of each split.
  package struct SplitDigests: Sendable, Hashable {
    package var search: String
    package var test: String

    package init(search: String, test: String) {
      self.search = search
      self.test = test
    }
  }

  /// JSON with sorted keys.
  package static func text(_ identity: Identity) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(identity), as: UTF8.self)
  }

  /// Throws `HDF5Error` or `StorageError`.
  package static func write(
    _ content: Content,
    labels: Content,
    digests: SplitDigests? = nil,
    identity: Identity,
    to path: String,
    storage: some Storage = SystemStorage()
  ) throws {
    let text = try text(identity)
    let header = try FileHeader(format: format, version: version, of: text)
    try Artefact.write(header, to: path, storage: storage) { root in
      try root.setSplitDigests(search: digests?.search, test: digests?.test)
      try root.write("identity", strings: [text], shape: [])
      try root.write(predictions: content.search, for: "search")
      try root.write(predictions: content.test, for: "test")
      let group = try root.createGroup("labels")
      try group.write("search", labels.search)
      try group.write("test", labels.test)
    }
  }

  /// Verifies the file and reads it. Throws `HDF5Error`.
  package static func read(_ path: String) throws -> (identity: Identity, content: Content) {
    let root = try open(path)
    return (
      try identity(in: root),
      Content(
        search: try root.predictedClasses(for: "search"),
        test: try root.predictedClasses(for: "test")
      )
    )
  }

  static func open(_ path: String) throws -> HDF5Group {
    try Artefact.open(path, expecting: format, readerVersion: version).file.root
  }

  static func identity(in root: HDF5Group) throws -> Identity {
    let text = try root.readStrings("identity").values.first ?? ""
    do {
      return try JSONDecoder().decode(Identity.self, from: Data(text.utf8))
    } catch {
      throw HDF5Error(
        .damagedFile,
        file: root.file.name,
        object: "identity",
        operation: "read",
        cause: "\(error)"
      )
    }
  }
}
