import Families
import ImageData

/// The images that predictions are compared on: their true classes, and what tells which they are.
package struct LabelledImages {
  /// The file that the labels come from: a data set, or predictions that hold them.
  package let source: String
  package let split: Split
  /// True class per image.
  package let labels: [Int32]
  /// In the order of the classes; nil where the source does not say.
  package let classNames: [String]?
  /// SHA-256 of the content of the data set file; nil where the source does not say.
  package let dataDigest: String?
  /// What the images are called: names in the data set, or their numbers in its source, or their
  /// places in the split.
  package let names: [String]
  /// What the numbers are, where images have no names.
  package let numbering: String?
  /// The data set; nil where the labels come from predictions.
  package let data: ImageDataset?
  private let storedDigest: String?

  /// The split of a data set.
  package init(_ data: ImageDataset, _ split: Split) {
    let indices = data.indices(of: split)
    self.data = data
    self.split = split
    source = data.path
    labels = indices.map { data.labels[$0] }
    classNames = data.classNames
    dataDigest = data.digest
    storedDigest = nil
    if let all = data.imageNames {
      names = indices.map { all[$0] }
      numbering = nil
    } else {
      names = data.sourceRows(of: split).map(String.init)
      numbering = "numbered as in the source of \(data.path), from 0"
    }
  }

  /// Those that a file of ours holds predictions for.
  package init(_ stored: StoredPredictions, of path: String, _ split: Split) {
    data = nil
    source = path
    self.split = split
    labels = stored.labels
    classNames = stored.classNames
    dataDigest = stored.dataDigest
    storedDigest = stored.splitDigest
    names = stored.labels.indices.map(String.init)
    numbering = "numbered by their places in the split, from 0; --data FILE gives their names"
  }

  /// SHA-256 of the images and labels; nil where the source does not say. Reads all pixels of a data
  /// set's split.
  package func digest() throws -> String? {
    try data.map { try $0.digest(of: split) } ?? storedDigest
  }

  /// How many classes there are, as far as it is known.
  package var classCount: Int { classNames?.count ?? Int(Int32.max) }
}
