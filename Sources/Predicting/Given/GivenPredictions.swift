import AtomicFiles
import Families
import FlipMetrics
import Foundation
import HDF5
import ImageArrays
import ImageData
import Torch

/// Predictions for one split from a file: one of ours (a member of a family, or a file of
/// predictions), a TorchScript model, which is run, an array of NumPy, or text (`PredictionsText`).
/// The content tells which, not the name.
package struct GivenPredictions {
  private static let largest = 1 << 30

  let path: String
  /// What messages call the place where the file was named.
  let key: String
  let images: LabelledImages
  package private(set) var predictions: Predictions
  package private(set) var notes: [String] = []
  /// Whether the file says which images it is for; else nobody can tell whether their order is right.
  package private(set) var saysItsImages = false
  /// Whether it is a model, which was run.
  package private(set) var isModel = false
  /// The splits that a file of ours has predictions for; none for other files.
  package private(set) var splits: [String] = []

  /// - Parameters:
  ///   - member: number of a family's member, from 1; its largest if not given.
  ///   - preparation: of the images for a TorchScript model.
  ///
  /// Throws ``PredictingError``, `TorchScriptError`, `HDF5Error` or `StorageError`.
  package init(
    _ path: String,
    key: String,
    member: Int? = nil,
    images: LabelledImages,
    preparation: ImagePreparation = ImagePreparation()
  ) throws {
    (self.path, self.key, self.images) = (path, key, images)
    predictions = try Predictions(classes: images.labels, labels: images.labels)
    try Self.checkKind(path)
    if try Self.isHDF5(path) {
      splits = try StoredPredictions.content(of: path).splits
      let stored = try StoredPredictions(
        contentsOf: path,
        split: images.split.rawValue,
        member: member
      )
      try read(stored)
    } else {
      let bytes = try readFile(path, limit: Self.largest)
      if Self.maybeTorchScript(bytes) {
        predictions = try run(bytes, preparation)
      } else {
        let classes = try read(bytes)
        predictions = try Predictions(classes: classes, labels: images.labels)
      }
    }
  }

  /// Predicted class per image.
  package var classes: [Int32] { predictions.classes }

  /// How good the predictions are, and whether the order of their classes is another; nothing where
  /// the names of the classes are not known.
  package var agreement: [String] {
    guard let classNames = images.classNames else { return [] }
    return PredictionsAgreement(
      classes,
      labels: images.labels,
      classNames: classNames,
      of: "\(key) (\(path))",
      on: "\(images.split.rawValue) images"
    ).notes
  }

  private func refuse(_ reason: String) -> PredictingError {
    .invalidInput("\(path) (\(key)): \(reason)")
  }

  // MARK: Models

  /// A zip archive that is not one of arrays (`.npz`, whose first entry is an array).
  private static func maybeTorchScript(_ bytes: [UInt8]) -> Bool {
    // The name's length stands at 26, the name at 30.
    guard bytes.starts(with: [0x50, 0x4B]), bytes.count > 30 else { return false }
    let length = Int(bytes[26]) | Int(bytes[27]) << 8
    return !bytes.dropFirst(30).prefix(length).reversed().starts(with: ".npy".utf8.reversed())
  }

  private mutating func run(
    _ bytes: [UInt8],
    _ preparation: ImagePreparation
  ) throws -> Predictions {
    let module = try TorchScriptModule(bytes: bytes, name: path)
    guard let data = images.data else {
      throw PredictingError.impossible(
        "\(path) (\(key)): a TorchScript model needs images to predict; give the data set with --data "
          + "FILE"
      )
    }
    let model = ScriptedClassifier(module, preparation, classCount: data.classNames.count)
    let predictions = try model.predictions(data, images.split)
    isModel = true
    saysItsImages = true
    notes.append("\(path): ran the TorchScript model with \(preparation.text)")
    return predictions
  }

  // MARK: Text and arrays

  private mutating func read(_ bytes: [UInt8]) throws -> [Int32] {
    do {
      if NPYNumbers.isOne(bytes) {
        notes.append("\(path): read an array of NumPy")
        return try classes(NPYNumbers(path))
      }
      let read = try PredictionsText(
        TextFile.decode(bytes),
        classCount: images.classCount,
        classNames: images.classNames ?? [],
        count: images.labels.count
      )
      notes += read.notes.map { "\(path): \($0)" }
      return read.classes
    } catch let error as TextFile.NotText {
      let line = error.line.map { "line \($0): " } ?? ""
      throw refuse("\(line)\(error)\(Self.kind(of: bytes))")
    } catch let error as ImageDataError {
      throw refuse("\(error.cause). \(error.remedy)")
    } catch let error as FlipError {
      throw refuse("\(error)\(otherSplit(error))")
    }
  }

  private func classes(_ array: NPYNumbers) throws -> [Int32] {
    let count = images.classCount
    guard !array.shape.isEmpty, array.shape.dropFirst().allSatisfy({ $0 == 1 }) else {
      throw refuse(
        "the array has the shape \(array.shape), and one entry per image is expected; save the class "
          + "of each image (argmax over scores)"
      )
    }
    let classes = try array.values.enumerated().map { index, number in
      let value = Int(exactly: number)
      guard let value, (0..<count).contains(value) else {
        throw refuse(
          "entry \(index) of the array, \(value.map(String.init) ?? "no whole number"), is not a "
            + "class in 0..<\(count); each entry holds the class index of one image"
        )
      }
      return Int32(value)
    }
    guard classes.count == images.labels.count else {
      throw FlipError.wrongLineCount(expected: images.labels.count, found: classes.count)
    }
    return classes
  }

  /// Which split has as many images, where the one asked for has not.
  private func otherSplit(_ error: FlipError) -> String {
    guard case .wrongLineCount(_, let found) = error, let data = images.data else { return "" }
    let others = Split.allCases.filter { $0 != images.split && data.indices(of: $0).count == found }
    if let other = others.first { return " (the \(other.rawValue) split has \(found))" }
    return found == data.count ? " (the whole data set has \(found))" : ""
  }

  private static func kind(of bytes: [UInt8]) -> String {
    let kinds: [([UInt8], String)] = [
      ([0x50, 0x4B], "a zip archive, as .npz is: save the array alone, as .npy or text"),
      ([0x1F, 0x8B], "something compressed: decompress it first"),
      ([0x80], "perhaps a pickle: save the predictions as text or .npy"),
    ]
    return (kinds.first { bytes.starts(with: $0.0) }?.1).map { " but \($0)" }
      ?? "; each line holds the class of one image"
  }

  // MARK: Files of ours

  private mutating func read(_ stored: StoredPredictions) throws {
    try check(stored)
    let count = images.classCount
    if let index = stored.classes.firstIndex(where: { !(0..<Int32(count)).contains($0) }) {
      throw refuse(
        "it predicts class \(stored.classes[index]) for image \(index) of the \(split) split, "
          + "and the data set has \(count) classes"
      )
    }
    predictions = stored.predictions
    saysItsImages = true
  }

  private var split: String { images.split.rawValue }

  /// That predictions are for the images they are compared on.
  private mutating func check(_ stored: StoredPredictions) throws {
    let (source, labels) = (images.source, images.labels)
    let remedy =
      images.data == nil
      ? "both must be for the same images"
      : "give predictions that were made with \(source), or pass the data set they were made with as "
        + "--data"
    try checkClasses(stored, remedy)
    if let digest = images.dataDigest, stored.dataDigest == digest, stored.labels == labels {
      return
    }
    if let digest = stored.splitDigest, let own = try images.digest() {
      if digest == own, stored.labels == labels { return }
      throw refuse(
        "it was made with other images: its \(split) split has sha256 \(digest), that of "
          + "\(source) has \(own); \(remedy)"
      )
    }
    guard stored.labels == labels else {
      throw refuse(
        stored.labels.count == labels.count
          ? "it was made with other images: the labels of its \(split) split are not those of "
            + "\(source), whose sha256 is \(images.dataDigest ?? "unknown"); its data set has "
            + "\(stored.dataDigest ?? "none"); \(remedy)"
          : "it holds predictions for \(stored.labels.count) images, the \(split) split of "
            + "\(source) has \(labels.count); \(remedy)"
      )
    }
    notes.append(
      "warning: \(path) (\(key)) was made with another data set file (sha256 "
        + "\(stored.dataDigest ?? "unknown"), here \(images.dataDigest ?? "unknown")) by a version of "
        + "regnas that did not store which images it predicts; the labels of the \(split) split agree"
    )
  }

  /// That class numbers mean the same on both sides.
  private func checkClasses(_ stored: StoredPredictions, _ remedy: String) throws {
    guard let theirs = stored.classNames, let ours = images.classNames, theirs != ours else {
      return
    }
    guard theirs.count == ours.count else {
      throw refuse(
        "it is of \(theirs.count) classes, and \(images.source) has \(ours.count); \(remedy)"
      )
    }
    guard theirs.sorted() == ours.sorted() else { return }
    let place = theirs.indices.first { theirs[$0] != ours[$0] } ?? 0
    throw refuse(
      "its classes are in another order than those of \(images.source): class \(place) is "
        + "'\(theirs[place])' there and '\(ours[place])' here; \(remedy)"
    )
  }

  // MARK: Kinds of files

  /// Files of unknown form are read in more than one pass, and a run reads its reference again when it
  /// goes on.
  static func checkKind(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { throw StorageError(path, "open", code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw PredictingError.invalidInput(
        "\(path): this is no regular file, and predictions are read more than once; save them in a "
          + "file"
      )
    }
  }

  /// By the signature, which stands at the beginning or, after what others put before it, at 512
  /// bytes or a doubling of that.
  static func isHDF5(_ path: String) throws -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw StorageError(path, "open", code: errno)
    }
    defer { try? file.close() }
    let signature = Data([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])
    let size = try file.seekToEnd()
    var offset: UInt64 = 0
    while offset + UInt64(signature.count) <= size {
      try file.seek(toOffset: offset)
      if try file.read(upToCount: signature.count) == signature { return true }
      offset = max(512, offset * 2)
    }
    return false
  }
}
