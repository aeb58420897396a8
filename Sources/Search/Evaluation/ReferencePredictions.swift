import Configuration
import Families
import FlipMetrics
import Foundation
import ImageData

/// What an outside model predicts, in the order of the splits: read from text with one class index
/// per line, or from the largest member of a family file.
package struct ReferencePredictions {
  package let search: [Int32]
  package let test: [Int32]?

  /// nil when the configuration names no reference.
  ///
  /// Throws ``RunError/invalidInput(_:)`` naming the file and line that does not fit.
  package init?(_ configuration: RunConfiguration, data: ImageDataset) throws {
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
    search = try Self.read(path, split: .search, data: data)
    let test =
      configuration.search.referenceTest ?? (path.hasSuffix(".h5") ? path : nil)
    self.test = try test.map { try Self.read($0, split: .test, data: data) }
  }

  private static func read(
    _ path: String,
    split: Split,
    data: ImageDataset
  ) throws -> [Int32] {
    let labels = data.indices(of: split).map { Int(data.labels[$0]) }
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
      let predictions = try FlipMetrics.Predictions(
        text: String(decoding: bytes, as: UTF8.self),
        labels: labels,
        classCount: data.classNames.count
      )
      return (predictions.classes ?? []).map(Int32.init)
    } catch {
      throw RunError.invalidInput("\(path): \(error)")
    }
  }
}
