import FlipMetrics
import HDF5

/// What a file of ours says about the predictions of one network for one split, and which images
/// those are: of a member of a family, or of a file of predictions.
package struct StoredPredictions {
  package let predictions: Predictions
  /// SHA-256 of the split's images and labels; nil in files of regnas 0.1.
  package let splitDigest: String?
  /// SHA-256 of the content of the data set file; nil where the file does not say.
  package let dataDigest: String?
  /// In the order of the classes; nil where the file does not say.
  package let classNames: [String]?

  /// Predicted class per image.
  package var classes: [Int32] { predictions.classes }
  /// True class per image.
  package var labels: [Int32] { predictions.labels }

  /// - Parameters:
  ///   - split: `train`, `search` or `test`.
  ///   - member: number of a family's member, from 1; its largest if not given. A file of predictions
  ///     has none.
  ///
  /// Throws `HDF5Error`, also for a file of another format, and of kind `missingObject` for a split
  /// or member that is not there.
  package init(contentsOf path: String, split: String, member: Int? = nil) throws {
    let root: HDF5Group
    let group: HDF5Group
    if try FileHeader.format(ofFile: path) == PredictionsFile.format {
      root = try PredictionsFile.open(path)
      group = root
      dataDigest = try PredictionsFile.identity(in: root)["data-sha256"]
      classNames =
        try root.exists("class-names") ? root.readStrings("class-names").values : nil
    } else {
      root = try FamilyReader(path).root
      let members = try root.group("members")
      let count = try members.childNames().count
      let number = member ?? count
      guard (1...max(1, count)).contains(number) else {
        throw Self.missing(
          path,
          "member \(number) is not there",
          "Its \(count) members are counted from 1, the smallest first."
        )
      }
      group = try members.group(String(number)).group("predictions")
      dataDigest = try root.attributeIfPresent("data-sha256")
      classNames =
        try root.exists("images") ? root.group("images").readStrings("class-names").values : nil
    }
    let splits = try PredictionsFile.splits(in: root)
    guard splits.contains(split) else {
      throw Self.missing(
        path,
        "it holds no predictions for the split '\(split)'",
        "It has some for: \(splits.joined(separator: ", "))."
      )
    }
    let labels = try root.group("labels").read(split, as: Int32.self).values
    predictions = try group.predictions(for: split, labels: labels)
    splitDigest = try root.splitDigest(split)
    if let names = classNames,
      let label = (labels + classes).first(where: { !names.indices.contains(Int($0)) })
    {
      throw root.damage(in: split, "it names class \(label), and there are \(names.count)")
    }
  }

  /// The splits that a file has predictions for, and how many members a family has; nil for a file of
  /// predictions, which is of one network.
  ///
  /// Throws `HDF5Error`, also for a file of another format.
  package static func content(of path: String) throws -> (splits: [String], members: Int?) {
    if try FileHeader.format(ofFile: path) == PredictionsFile.format {
      return (try PredictionsFile.summary(path).splits, nil)
    }
    let root = try FamilyReader(path).root
    return (
      try PredictionsFile.splits(in: root), try root.group("members").childNames().count
    )
  }

  private static func missing(_ path: String, _ cause: String, _ remedy: String) -> HDF5Error {
    HDF5Error(.missingObject, file: path, operation: "read", cause: cause, remedy: remedy)
  }
}
