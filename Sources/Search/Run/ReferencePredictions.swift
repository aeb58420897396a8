import Configuration
import Families
import FlipMetrics
import Foundation
import ImageData
import Runs
import Supernet

/// What an outside model predicts for images of a data set: read from text with one class index per
/// line, in the order of a split, or from the largest member of a family file.
struct ReferencePredictions {
  /// Predicted class by the image's place in the data set.
  private let classes: [Int: Int32]
  private let file: String
  /// Whether predictions on the test split were given.
  let coversTest: Bool

  /// nil when the configuration names no reference.
  ///
  /// Throws ``RunError/invalidInput(_:)`` naming the file and line that does not fit.
  init?(_ configuration: RunConfiguration, data: ImageDataset) throws {
    guard let path = configuration.search.reference else {
      guard configuration.search.referenceTest == nil else {
        throw ConfigurationError(
          place: "search.referenceTest",
          message: "predictions on the test split need those on the search split beside them: "
            + "set search.reference too"
        )
      }
      return nil
    }
    file = path
    var classes = try Self.read(path, split: .search, data: data)
    let test =
      configuration.search.referenceTest ?? (path.hasSuffix(".h5") ? path : nil)
    if let test { classes.merge(try Self.read(test, split: .test, data: data)) { $1 } }
    coversTest = test != nil
    self.classes = classes
  }

  /// The predictions for a set of images.
  ///
  /// Throws ``RunError/invalidInput(_:)`` where the reference has none for one of them: guessing
  /// would compare different images.
  func predictions(for images: ImageSet) throws -> Predictions {
    try Predictions(
      classes: images.indices.map { image in
        guard let known = classes[image] else {
          throw RunError.invalidInput(
            "\(file) (search.reference): it holds no prediction for image \(image) of the data set, "
              + "which is not in the split it was made for"
          )
        }
        return known
      },
      labels: images.labels
    )
  }

  private static func read(
    _ path: String,
    split: Split,
    data: ImageDataset
  ) throws -> [Int: Int32] {
    let indices = data.indices(of: split)
    let classes = try classes(path, split: split, labels: indices.map { data.labels[$0] }, data)
    return Dictionary(zip(indices, classes)) { $1 }
  }

  private static func classes(
    _ path: String,
    split: Split,
    labels: [Int32],
    _ data: ImageDataset
  ) throws -> [Int32] {
    if path.hasSuffix(".h5") {
      let classes = try FamilyFile.largestPredictions(path, split: split.rawValue)
      guard classes.count == labels.count else {
        throw RunError.invalidInput(
          "\(path): it holds predictions for \(classes.count) images, the \(split.rawValue) split of "
            + "\(data.path) has \(labels.count)"
        )
      }
      return classes
    }
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw RunError.missingInput(path)
    }
    do {
      return try Predictions(
        text: String(decoding: bytes, as: UTF8.self),
        labels: labels,
        classCount: data.classNames.count
      ).classes
    } catch {
      throw RunError.invalidInput("\(path): \(error)")
    }
  }
}
