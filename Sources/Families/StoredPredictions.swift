import FlipMetrics
import HDF5

/// What a file of ours says about the predictions of one network for one split, and which images
/// those are: of the largest member of a family, or of a file of predictions.
package struct StoredPredictions {
  /// Predicted class per image.
  package let classes: [Int32]
  /// True class per image.
  package let labels: [Int32]
  /// SHA-256 of the split's images and labels; nil in files of regnas 0.1.
  package let splitDigest: String?
  /// SHA-256 of the content of the data set file; nil where the file does not say.
  package let dataDigest: String?
  /// In the order of the classes; nil where the file does not say.
  package let classNames: [String]?

  /// - Parameter split: `search` or `test`.
  ///
  /// Throws `HDF5Error`, also for a file of another format.
  package init(contentsOf path: String, split: String) throws {
    let root: HDF5Group
    if try FileHeader.format(ofFile: path) == PredictionsFile.format {
      root = try PredictionsFile.open(path)
      classes = try root.predictedClasses(for: split)
      dataDigest = try PredictionsFile.identity(in: root)["data-sha256"]
      classNames = nil
    } else {
      root = try FamilyReader(path).root
      let members = try root.group("members")
      classes = try members.group(String(members.childNames().count)).group("predictions")
        .predictedClasses(for: split)
      dataDigest = try root.attributeIfPresent("data-sha256")
      classNames =
        try root.exists("images") ? root.group("images").readStrings("class-names").values : nil
    }
    labels = try root.group("labels").read(split, as: Int32.self).values
    guard labels.count == classes.count else {
      throw root.damage(
        in: "labels/" + split,
        "there are \(labels.count) labels for \(classes.count) predictions"
      )
    }
    splitDigest = try root.splitDigest(split)
  }
}
