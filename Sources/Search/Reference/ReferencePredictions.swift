import Configuration
import Families
import FlipMetrics
import ImageData
import Predicting
import Runs
import Supernet

/// What an outside model predicts for images of a data set, in the order of its splits
/// (`GivenPredictions` says from which files).
struct ReferencePredictions {
  /// Predicted class by the image's place in the data set.
  private let classes: [Int: Int32]
  private let file: String
  /// Whether predictions on the test split were given.
  let coversTest: Bool
  /// What a person should know of it before anything is computed.
  let notes: [String]

  /// nil when the configuration names no reference.
  ///
  /// Throws `PredictingError` naming the file and line that does not fit.
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
    let preparation = ImagePreparation(configuration.search)
    func read(_ path: String, _ key: String, _ split: Split) throws -> GivenPredictions {
      try GivenPredictions(
        path,
        key: key,
        images: LabelledImages(data, split),
        preparation: preparation
      )
    }
    func byImage(_ given: GivenPredictions, _ split: Split) -> [Int: Int32] {
      Dictionary(zip(data.indices(of: split), given.classes)) { $1 }
    }
    let search = try read(path, "search.reference", .search)
    var notes = search.notes + search.agreement
    var classes = byImage(search, .search)
    let test: GivenPredictions? =
      if let path = configuration.search.referenceTest {
        try read(path, "search.referenceTest", .test)
      } else if search.isModel || search.splits.contains(Split.test.rawValue) {
        try read(path, "search.reference", .test)
      } else { nil }
    if let test {
      classes.merge(byImage(test, .test)) { $1 }
      notes += test.notes + test.agreement
    } else if !search.splits.isEmpty {
      notes.append(
        "search.reference (\(path)) holds no predictions for the test split: flips against it are not "
          + "reported there"
      )
    }
    if ![search, test].contains(where: { $0?.isModel == true }), preparation != ImagePreparation() {
      notes.append(
        "warning: \(path): \(ImagePreparation.withoutEffect), since it is no TorchScript file"
      )
    }
    coversTest = test != nil
    self.classes = classes
    self.notes = notes
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
}

extension ImagePreparation {
  /// As the keys of a run say.
  init(_ search: RunConfiguration.Search) {
    self.init(
      colours: search.referenceColours.flatMap { Colours(rawValue: $0.rawValue) },
      size: search.referenceSize,
      scale: search.referenceScale,
      mean: search.referenceMean,
      deviation: search.referenceDeviation
    )
  }
}
