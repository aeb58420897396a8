import Families
import FlipMetrics
import ImageData
import RandomStreams

/// Models whose predictions are compared, with the images that they are compared on.
package struct ComparedModels {
  package let images: LabelledImages
  /// What each predicts, in the order asked for.
  package let predictions: [Predictions]
  package let names: [String]
  /// What a person should know: how good each is, and what could not be checked.
  package let notes: [String]

  /// - Parameters:
  ///   - data: a data set for the labels and names of the images; nil takes the labels from the first
  ///     model whose file has them.
  ///   - preparation: of the images for TorchScript models.
  ///
  /// Throws ``PredictingError`` for models of other images or classes, and for labels that nobody
  /// gives; `TorchScriptError`, `HDF5Error`, `StorageError` or `ImageDataError` for files.
  package init(
    _ models: [ModelChoice],
    split: Split,
    data path: String?,
    preparation: ImagePreparation = ImagePreparation()
  ) throws {
    let models = try models.map { try $0.resolved() }
    let data = try path.map { try ImageDataset.open($0) }
    let images = try data.map { LabelledImages($0, split) } ?? Self.images(of: models, split)
    guard !images.labels.isEmpty else {
      throw PredictingError.invalidInput(
        "\(images.source): the split '\(split.rawValue)' is empty; name another with --split"
      )
    }
    self.images = images
    var notes: [String] = []
    var hasModel = false
    var predictions: [Predictions] = []
    for model in models {
      let given = try GivenPredictions(
        model.path,
        key: "model \(predictions.count + 1)",
        member: model.member,
        images: images,
        preparation: preparation
      )
      hasModel = hasModel || given.isModel
      notes += given.notes
      // Of files of ours, the order of images and classes has been checked.
      if given.isModel || !given.saysItsImages {
        notes += given.agreement.filter { $0.hasPrefix("warning: ") }
      }
      if !given.saysItsImages {
        notes.append(
          "\(model.text) does not say which images it is for: they are taken for those of the split "
            + "'\(split.rawValue)' of \(images.source), in their order"
        )
      }
      predictions.append(given.predictions)
    }
    if !hasModel, preparation != ImagePreparation() {
      notes.append(
        "warning: \(ImagePreparation.withoutEffect), since no model is a TorchScript file"
      )
    }
    self.notes = notes
    self.predictions = predictions
    names = models.map(\.text)
  }

  /// Labels from the first file that holds some.
  private static func images(of models: [ModelChoice], _ split: Split) throws -> LabelledImages {
    for model in models where try model.stored() != nil {
      let stored = try StoredPredictions(
        contentsOf: model.path,
        split: split.rawValue,
        member: model.member
      )
      return LabelledImages(stored, of: model.text, split)
    }
    throw PredictingError.impossible(
      "neither \(models.map(\.text).joined(separator: " nor ")) says what the images show; give the data "
        + "set they are for with --data FILE"
    )
  }

  /// The figures of two of the models, by their places, and where they flip. Throws `FlipError`.
  package func compare(
    _ old: Int,
    _ new: Int
  ) throws -> (report: FlipReport, breakdown: FlipBreakdown) {
    // The same figures for the same files, whatever else is compared.
    var stream = RandomStream(seed: 0, name: "flips.bootstrap")
    return (
      try FlipReport(
        reference: names[old],
        candidate: names[new],
        referencePredictions: predictions[old],
        candidatePredictions: predictions[new],
        from: &stream
      ),
      try FlipBreakdown(reference: predictions[old], candidate: predictions[new])
    )
  }
}
