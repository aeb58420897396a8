import AtomicFiles
import ForeignWeights
import Foundation
import HDF5
import SearchSpaces
import TensorFiles
import Torch

/// The `regnas.supernet` file: attributes that say what space it is of, the group `state` with every
/// tensor under its published name, the group `provenance` with texts as attributes; and for weights
/// that were imported without all of them `untrained`, the names of those that were not in the source.
package enum SupernetFile {
  package static let format = "regnas.supernet"
  static let version = 1
  private static let untrainedName = "untrained"

  /// What a file says besides its tensors.
  package struct Information: Sendable, Hashable {
    package var header: FileHeader
    package var space: SpaceDescription
    package var provenance: [String: String]
    /// Tensors that hold random or neutral values, since what was imported did not have them.
    package var untrained: [String]
    /// Digest of the content: equal for equal supernets, however stored.
    package var contentDigest: String

    /// What is to be known about weights that no training has seen; nil where there are none.
    package var noteOnUntrained: String? {
      guard !untrained.isEmpty else { return nil }
      return "not in the checkpoint that it was imported from, so random or neutral, are "
        + "\(untrained.count) of its tensors: \(SupernetFile.shown(untrained))"
    }
  }

  /// Reads everything but the tensors. Throws ``HDF5Error``.
  package static func information(path: String) throws -> Information {
    try information(open(path))
  }

  /// Opens a file. Where that is no HDF5 file, the error says what it is, and what to do with it.
  static func open(_ path: String) throws -> HDF5File {
    do {
      return try HDF5File.open(path)
    } catch let error as HDF5Error {
      func better(_ cause: String, _ remedy: String) -> HDF5Error {
        HDF5Error(error.kind, file: path, operation: "open", cause: cause, remedy: remedy)
      }
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw error
      }
      if isFolder.boolValue {
        throw better("this is a folder", "Give the file in it: supernet.h5 in the folder of a run.")
      }
      guard error.kind == .foreignFile else { throw error }
      do {
        let format = try ForeignCheckpoint(contentsOf: path).format
        throw better(
          "this is a checkpoint of another program (\(format.rawValue))",
          "Make a supernet file of it: regnas supernet import \(path) --space NAME --out supernet.h5"
        )
      } catch let foreign as ImportError {
        guard case .otherFormat(let other) = foreign.cause else { throw error }
        throw better("this is \(other.what)", "To get weights, \(other.remedy).")
      }
    }
  }

  static func information(_ file: HDF5File) throws -> Information {
    let header = try FileHeader.read(from: file, expecting: format, readerVersion: version)
    let group = try file.root.group("provenance")
    var provenance: [String: String] = [:]
    for name in try group.attributeNames() { provenance[name] = try group.attribute(name) }
    return Information(
      header: header,
      space: try SpaceDescription(from: file.root),
      provenance: provenance,
      untrained: try file.root.exists(untrainedName)
        ? file.root.readStrings(untrainedName).values : [],
      contentDigest: try ContentDigest.verify(file, readingData: false)
    )
  }

  /// The first few names of tensors, for messages.
  package static func shown(_ names: [String]) -> String {
    names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", ..." : "")
  }

  fileprivate static func write(untrained: [String], to root: HDF5Group) throws {
    guard !untrained.isEmpty else { return }
    try root.write(untrainedName, strings: untrained, shape: [untrained.count])
  }

  /// Reads every tensor of a file and refuses values that no network has. Throws
  /// ``SupernetError/unusableValues(file:tensors:)`` and ``HDF5Error``.
  package static func checkValues(path: String) throws {
    try checkValues(of: open(path).root.group("state").tensors(), in: path)
  }

  static func checkValues(of state: [String: Tensor], in path: String) throws {
    let unusable = try UnusableValues.all(in: state)
    guard unusable.isEmpty else {
      throw SupernetError.unusableValues(file: path, tensors: unusable)
    }
  }
}

extension Supernet {
  /// Writes this supernet so that ``read(_:device:spaces:)`` makes it again: beside `path`, then
  /// renamed over it. Equal supernets with equal provenance give equal bytes.
  ///
  /// `provenance` says how it came to be, for people: data set, seed, steps, recipe; `untrained` are the
  /// tensors that were not in what was imported.
  /// Throws ``HDF5Error``, ``StorageError``, or ``SupernetError/unconfiguredSpace(_:)`` for a space
  /// that no configuration describes.
  package func write(
    to path: String,
    provenance: [String: String] = [:],
    untrained: [String] = [],
    createdBy: String = "regnas",
    storage: some Storage = SystemStorage()
  ) throws {
    guard let space = space as? any ConfiguredSpace else {
      throw SupernetError.unconfiguredSpace(self.space.name)
    }
    let description = try SpaceDescription(space)
    let header = FileHeader(
      format: SupernetFile.format,
      version: SupernetFile.version,
      minimumReaderVersion: 1,
      createdBy: createdBy,
      configurationDigest: try SHA256.of(description.configuration)
    )
    try Artefact.write(header, to: path, storage: storage) { root in
      try description.write(to: root)
      let group = try root.createGroup("provenance")
      for (name, value) in provenance.sorted(by: { $0.key < $1.key }) {
        try group.setAttribute(name, value)
      }
      try SupernetFile.write(untrained: untrained, to: root)
      try root.createGroup("state").write(tensors: state())
    }
  }

  /// The supernet of a file, with its space. `spaces` are the types the space may be of.
  ///
  /// Throws ``HDF5Error`` for a file that is foreign or damaged, ``SupernetError`` for tensors that do
  /// not fit the space it names, or hold values that no network has.
  package static func read(
    _ path: String,
    device: Device = .cpu,
    spaces: [any ConfiguredSpace.Type] = SpaceDescription.knownTypes
  ) throws -> Supernet {
    let file = try SupernetFile.open(path)
    let space = try SupernetFile.information(file).space.makeSpace(types: spaces)
    let supernet = try Supernet(zeroed: space, device: device)
    let state = try file.root.group("state").tensors()
    try SupernetFile.checkValues(of: state, in: path)
    try supernet.load(state)
    return supernet
  }

  /// The supernet of a file, which must be of `space`, if for images of other sizes. Throws what
  /// ``read(_:device:spaces:)`` throws and, for a file of another space,
  /// ``SupernetError/wrongSpace(file:found:expected:)``.
  package static func read(
    _ path: String,
    of space: any ConfiguredSpace,
    device: Device = .cpu
  ) throws -> Supernet {
    let supernet = try Supernet(zeroed: space, device: device)
    try supernet.load(path: path)
    return supernet
  }

  /// Every weight 0: to be loaded.
  private convenience init(zeroed space: any SearchSpace, device: Device) throws {
    try self.init(space: space, device: device) { tensor, _ in
      [Float](repeating: 0, count: tensor.count)
    }
  }

  /// Takes the weights of a file of the same space, which may have been made for images of other sizes.
  ///
  /// Throws ``SupernetError/wrongSpace(file:found:expected:)`` when its space, or the configuration of
  /// it, is another, and ``SupernetError/unusableValues(file:tensors:)``.
  package func load(path: String) throws {
    guard let space = space as? any ConfiguredSpace else {
      throw SupernetError.unconfiguredSpace(self.space.name)
    }
    let file = try SupernetFile.open(path)
    let found = try SupernetFile.information(file).space
    guard try SupernetFit(path, found, of: space).isWhole else {
      throw SupernetError.wrongSpace(
        file: path,
        found: found,
        expected: try SpaceDescription(space)
      )
    }
    let state = try file.root.group("state").tensors()
    try SupernetFile.checkValues(of: state, in: path)
    try load(state)
  }
}
