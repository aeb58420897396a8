import AtomicFiles
import FlipMetrics
import Foundation
import HDF5

/// The file of one network's predictions, format `regnas.predictions`, version 2. What is marked
/// with a star came with that version; files of both splits are read by readers of version 1 too.
///
///     attributes
///       <split>-sha256             of the images and labels of the split; not before 0.2
///     identity                     text: JSON of everything the predictions follow from
///     labels/<split>               int32 [images]
///     <split>                      int32 [images], the predicted class, as in a family file
///   * <split>-probability          float32 [images], softmax, of the predicted class
///   * <split>-true-probability     float32 [images], of the true class
///   * class-names                  texts [classes]
///
/// The splits are search and test; in version 2 also one alone, or train.
///
/// Written once per network, whole or not at all, so that an evaluation that was stopped goes on
/// with what is there and results can be put together later.
package enum PredictionsFile {
  package static let format = "regnas.predictions"
  package static let version = 2

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

  /// What is predicted for one split.
  package struct Split {
    /// `train`, `search` or `test`.
    package var name: String
    package var predictions: Predictions
    /// SHA-256 of the split's images and labels.
    package var digest: String

    package init(_ name: String, _ predictions: Predictions, digest: String) {
      (self.name, self.predictions, self.digest) = (name, predictions, digest)
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

  /// A file of any splits, with probabilities and the names of the classes.
  ///
  /// Throws `HDF5Error` or `StorageError`.
  package static func write(
    _ splits: [Split],
    classNames: [String],
    identity: Identity,
    to path: String,
    storage: some Storage = SystemStorage()
  ) throws {
    let text = try text(identity)
    var header = try FileHeader(format: format, version: version, of: text)
    // Readers of version 1 expect both.
    if !Set(splits.map(\.name)).isSuperset(of: ["search", "test"]) {
      header.minimumReaderVersion = 2
    }
    try Artefact.write(header, to: path, storage: storage) { root in
      try root.write("identity", strings: [text], shape: [])
      try root.write("class-names", strings: classNames)
      let labels = try root.createGroup("labels")
      for split in splits {
        try root.setAttribute(split.name + "-sha256", split.digest)
        try root.write(split.predictions, for: split.name)
        try labels.write(split.name, split.predictions.labels)
      }
    }
  }

  /// Names of the splits of a file, verified, and what its predictions follow from. Throws
  /// `HDF5Error`.
  package static func summary(_ path: String) throws -> (splits: [String], identity: Identity) {
    let root = try open(path)
    return (try splits(in: root), try identity(in: root))
  }

  static func splits(in root: HDF5Group) throws -> [String] {
    try root.group("labels").childNames().filter { ["search", "test", "train"].contains($0) }
  }

  /// Verifies a file of the search and the test split and reads it. Throws `HDF5Error`.
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
