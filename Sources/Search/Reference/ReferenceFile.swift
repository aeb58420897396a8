import AtomicFiles
import Families
import FlipMetrics
import Foundation
import HDF5
import ImageArrays
import ImageData
import Runs

/// Predictions for one split from a file: one of ours (a family's largest member, or a file of
/// predictions), an array of NumPy, or text (``PredictionsText``). The content tells which, not the
/// name.
struct ReferenceFile {
  private static let largest = 1 << 30

  let path: String
  let key: String
  let split: Split
  let data: ImageDataset
  private(set) var classes: [Int32] = []
  private(set) var notes: [String] = []
  /// Whether the file has predictions for other splits too.
  private(set) var coversEverySplit = false

  /// Throws ``RunError/invalidInput(_:)``, `HDF5Error` or `StorageError`.
  init(_ path: String, key: String, split: Split, data: ImageDataset) throws {
    (self.path, self.key, self.split, self.data) = (path, key, split, data)
    try Self.checkKind(path)
    if try Self.isHDF5(path) {
      coversEverySplit = true
      try read(StoredPredictions(contentsOf: path, split: split.rawValue))
    } else {
      try read(readFile(path, limit: Self.largest))
    }
  }

  var labels: [Int32] { data.indices(of: split).map { data.labels[$0] } }

  /// Predicted class by the image's place in the data set.
  var byImage: [Int: Int32] {
    Dictionary(zip(data.indices(of: split), classes)) { $1 }
  }

  var agreement: ReferenceAgreement {
    ReferenceAgreement(
      classes,
      labels: labels,
      classNames: data.classNames,
      of: "\(key) (\(path))",
      on: "\(split.rawValue) images"
    )
  }

  private func refuse(_ reason: String) -> RunError {
    .invalidInput("\(path) (\(key)): \(reason)")
  }

  // MARK: Text and arrays

  private mutating func read(_ bytes: [UInt8]) throws {
    do {
      if NPYNumbers.isOne(bytes) {
        classes = try classes(NPYNumbers(path))
        notes.append("\(path): read an array of NumPy")
        return
      }
      let read = try PredictionsText(
        TextFile.decode(bytes),
        classCount: data.classNames.count,
        classNames: data.classNames,
        count: labels.count
      )
      classes = read.classes
      notes += read.notes.map { "\(path): \($0)" }
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
    let count = data.classNames.count
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
    guard classes.count == labels.count else {
      throw FlipError.wrongLineCount(expected: labels.count, found: classes.count)
    }
    return classes
  }

  /// Which split has as many images, where the one asked for has not.
  private func otherSplit(_ error: FlipError) -> String {
    guard case .wrongLineCount(_, let found) = error else { return "" }
    let others = Split.allCases.filter { $0 != split && data.indices(of: $0).count == found }
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
    let count = data.classNames.count
    if let index = stored.classes.firstIndex(where: { !(0..<Int32(count)).contains($0) }) {
      throw refuse(
        "it predicts class \(stored.classes[index]) for image \(index) of the \(split.rawValue) split, "
          + "and the data set has \(count) classes"
      )
    }
    classes = stored.classes
  }

  /// That predictions are for the images they are compared on.
  private mutating func check(_ stored: StoredPredictions) throws {
    let remedy =
      "give a reference that was made with \(data.path), or pass the data set it was made "
      + "with as --data"
    if let names = stored.classNames, names != data.classNames,
      names.sorted() == data.classNames.sorted()
    {
      let place = names.indices.first { names[$0] != data.classNames[$0] } ?? 0
      throw refuse(
        "its classes are in another order than those of \(data.path): class \(place) is "
          + "'\(names[place])' there and '\(data.classNames[place])' here; \(remedy)"
      )
    }
    if stored.dataDigest == data.digest, stored.labels == labels { return }
    if let digest = stored.splitDigest {
      let own = try data.digest(of: split)
      if digest == own, stored.labels == labels { return }
      throw refuse(
        "it was made with other images: its \(split.rawValue) split has sha256 \(digest), that of "
          + "\(data.path) has \(own); \(remedy)"
      )
    }
    guard stored.labels == labels else {
      throw refuse(
        stored.labels.count == labels.count
          ? "it was made with other images: the labels of its \(split.rawValue) split are not those of "
            + "\(data.path), whose sha256 is \(data.digest); its data set has "
            + "\(stored.dataDigest ?? "none"); \(remedy)"
          : "it holds predictions for \(stored.labels.count) images, the \(split.rawValue) split of "
            + "\(data.path) has \(labels.count); \(remedy)"
      )
    }
    notes.append(
      "warning: \(path) (\(key)) was made with another data set file (sha256 "
        + "\(stored.dataDigest ?? "unknown"), here \(data.digest)) by a version of regnas that did not "
        + "store which images it predicts; the labels of the \(split.rawValue) split agree"
    )
  }

  // MARK: Kinds of files

  /// A run reads its reference again when it goes on.
  private static func checkKind(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { throw StorageError(path, "open", code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw RunError.invalidInput(
        "\(path): this is no regular file, and a run reads its reference again when it goes on; save "
          + "the predictions in a file"
      )
    }
  }

  /// By the signature, which stands at the beginning or, after what others put before it, at 512
  /// bytes or a doubling of that.
  private static func isHDF5(_ path: String) throws -> Bool {
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
