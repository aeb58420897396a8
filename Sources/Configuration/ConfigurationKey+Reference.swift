extension ConfigurationKey {
  /// How images become what a reference takes that is a TorchScript model.
  static var preparation: [ConfigurationKey] {
    [
      .init(
        "search.referenceColours",
        \.search.referenceColours,
        "Colours that a TorchScript reference takes: rgb, bgr or grey; null: the data set's."
      ),
      .init(
        "search.referenceSize",
        \.search.referenceSize,
        "Side of the images that it takes; null: the data set's.",
        where: ({ $0.map { (1...4096).contains($0) } ?? true }, "a size from 1 to 4096, or null")
      ),
      .init(
        "search.referenceScale",
        \.search.referenceScale,
        "What white is for it before mean and deviation: 1 or 255.",
        where: number(above: 0, to: 65535)
      ),
      .init(
        "search.referenceMean",
        \.search.referenceMean,
        "Subtracted after that: a number per channel, or one for all. None: 0."
      ),
      .init(
        "search.referenceDeviation",
        \.search.referenceDeviation,
        "Divides the rest: a number per channel, or one for all. None: 1.",
        where: ({ $0.allSatisfy { $0 > 0 } }, "numbers above 0")
      ),
    ]
  }
}
