import ArgumentParser
import Configuration
import Predicting

/// How images become what TorchScript models take: the keys of a reference, as options.
struct PreparationOptions: ParsableArguments {
  @Option(help: "Colours that they take: rgb, bgr or grey; the data set's if not given.")
  var colours: ImagePreparation.Colours?

  @Option(help: "Side of the square images that they take; the data set's if not given.")
  var size: Int?

  @Option(help: "What white is before mean and deviation: 1 or 255.")
  var scale: Double?

  @Option(help: "Subtracted after that: 0.485,0.456,0.406, or one number for all channels.")
  var mean: String?

  @Option(help: "Divides the rest, in the same form.")
  var deviation: String?

  /// Throws `ConfigurationError` naming the option that cannot be.
  func preparation() throws -> ImagePreparation {
    // The same text, rules and messages as in a configuration.
    var sources = ConfigurationSources()
    for (key, option, value) in [
      ("Size", "--size", size.map(String.init)), ("Scale", "--scale", scale.map { "\($0)" }),
      ("Mean", "--mean", mean), ("Deviation", "--deviation", deviation),
    ] {
      if let value { try sources.set("search.reference\(key)", to: value, place: option) }
    }
    let search = sources.configuration.search
    return ImagePreparation(
      colours: colours,
      size: search.referenceSize,
      scale: search.referenceScale,
      mean: search.referenceMean,
      deviation: search.referenceDeviation
    )
  }
}

extension ImagePreparation.Colours: ExpressibleByArgument {}
