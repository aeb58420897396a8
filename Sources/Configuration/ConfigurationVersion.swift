/// The format of a configuration file, which its key `version` gives: what keys are called and what
/// they default to.
///
/// - 1: of RegNAS 0.1.0, which wrote no version.
/// - 2: one name per thing; `supernet.*` are the fields of `TrainingConfiguration`.
enum ConfigurationVersion {
  static let key = "version"
  static let current = 2

  /// What keys of version 1 are called now.
  static let renamed = [
    "supernet.warmupEpochs": "supernet.warmUpEpochs",
    "supernet.averaging": "supernet.averageDecay",
    "controller.hiddenUnits": "controller.hiddenSize",
  ]

  /// Keys that versions before the present program did not write: a stored configuration may lack
  /// them.
  static let addedLater: Set = [
    "supernet.finalLearningRate", "supernet.dropoutOnlyInLargest", "search.containment",
    "search.minimumGain", "search.referenceColours", "search.referenceSize",
    "search.referenceScale", "search.referenceMean", "search.referenceDeviation",
    "family.tuning.epochs", "family.tuning.learningRate",
    "family.tuning.warmUpEpochs", "family.tuning.averageDecay", "family.tuning.flipWeight",
    "family.tuning.largestWeight", "runtime.tf32", "runtime.tensorboard",
  ]

  /// Sets the old values of keys whose default has changed since version 1, for a stored
  /// configuration that lacks them.
  static func useDefaultsOfVersion1(_ configuration: inout RunConfiguration) {
    configuration.supernet.training.updates = .batch
    configuration.supernet.training.distillationWeight = 1
  }

  /// The version that a file says it has. Throws ``ConfigurationError`` for one that this program
  /// cannot read.
  static func parse(_ text: String, place: String) throws(ConfigurationError) -> Int {
    guard let version = Int(text), version >= 1 else {
      throw ConfigurationError(
        place: place,
        message: "'version' must be a whole number above 0, not '\(text)'"
      )
    }
    guard version <= current else {
      throw ConfigurationError(
        place: place,
        message: "the file has version \(version) of the configuration, this program reads up to "
          + "\(current); use the program that wrote it, or a later one"
      )
    }
    return version
  }
}
