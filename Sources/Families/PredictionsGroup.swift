import FlipMetrics
import HDF5

// How files store what a network predicts. In one group, for each split present:
//
//     <split>                        int32 [images], the predicted class
//     <split>-probability            float32 [images], the softmax probability of that class
//     <split>-true-probability       float32 [images], that of the true class
//
// the probabilities where they are known.
extension HDF5Group {
  func write(
    predictions classes: [Int32],
    _ probabilities: Predictions.Probabilities? = nil,
    for split: String
  ) throws {
    try write(split, classes)
    guard let probabilities else { return }
    try write(split + "-probability", probabilities.predicted)
    try write(split + "-true-probability", probabilities.trueClass)
  }

  func write(_ predictions: Predictions, for split: String) throws {
    try write(predictions: predictions.classes, predictions.probabilities, for: split)
  }

  func predictedClasses(for split: String) throws -> [Int32] {
    try read(split, as: Int32.self).values
  }

  /// Throws `HDF5Error` of kind `damagedFile` for lists that are not as long as the labels, and for
  /// numbers that are no probabilities.
  func predictions(for split: String, labels: [Int32]) throws -> Predictions {
    var probabilities: Predictions.Probabilities?
    if try exists(split + "-probability") {
      probabilities = Predictions.Probabilities(
        predicted: try self.probabilities(split + "-probability"),
        trueClass: try self.probabilities(split + "-true-probability")
      )
    }
    let classes = try predictedClasses(for: split)
    do {
      return try Predictions(classes: classes, labels: labels, probabilities: probabilities)
    } catch {
      throw damage(in: split, "\(error)")
    }
  }

  private func probabilities(_ name: String) throws -> [Float] {
    let values = try read(name, as: Float.self).values
    if let index = values.firstIndex(where: { !(0...1).contains($0) }) {
      throw damage(in: name, "\(values[index]) of image \(index) is no probability")
    }
    return values
  }

  /// Attributes of a file that say which images its predictions are for.
  func setSplitDigests(search: String?, test: String?) throws {
    for (split, digest) in [("search", search), ("test", test)] {
      if let digest { try setAttribute(split + "-sha256", digest) }
    }
  }

  /// Nil in a file of a version that did not store it.
  func splitDigest(_ split: String) throws -> String? {
    try attributeIfPresent(split + "-sha256")
  }

  /// The error for an object of this group that holds what no writer wrote.
  func damage(in name: String, _ cause: String) -> HDF5Error {
    HDF5Error(
      .damagedFile,
      file: file.name,
      object: path == "/" ? "/\(name)" : "\(path)/\(name)",
      operation: "read",
      cause: cause
    )
  }
}
