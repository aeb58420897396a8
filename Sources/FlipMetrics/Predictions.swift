/// What a classifier predicts for the images of a set, in their order, beside their true classes.
public struct Predictions: Sendable, Hashable {
  /// The predicted class per image: that of the largest logit, the first among equals.
  public let classes: [Int32]
  /// The true class per image: two classifiers are compared only on the same ones.
  public let labels: [Int32]
  /// How sure the classifier was, if that is known.
  public let probabilities: Probabilities?

  /// Softmax probabilities, one per image.
  public struct Probabilities: Sendable, Hashable {
    /// Of the predicted class.
    public var predicted: [Float]
    /// Of the true class.
    public var trueClass: [Float]

    public init(predicted: [Float], trueClass: [Float]) {
      self.predicted = predicted
      self.trueClass = trueClass
    }
  }

  /// All of one length. Throws ``FlipError/lengthMismatch(_:_:)`` or ``FlipError/noImages``.
  public init(
    classes: [Int32],
    labels: [Int32],
    probabilities: Probabilities? = nil
  ) throws(FlipError) {
    for (name, count) in [
      ("predictions", classes.count),
      ("probabilities of the predicted class", probabilities?.predicted.count ?? labels.count),
      ("probabilities of the true class", probabilities?.trueClass.count ?? labels.count),
    ] where count != labels.count {
      throw .lengthMismatch(
        .init(name: name, count: count),
        .init(name: "labels", count: labels.count)
      )
    }
    guard !labels.isEmpty else { throw .noImages }
    self.classes = classes
    self.labels = labels
    self.probabilities = probabilities
  }

  /// Number of images; never 0.
  public var count: Int { labels.count }
  /// Whether each image is classified correctly.
  public var isCorrect: [Bool] { zip(classes, labels).map { $0 == $1 } }
  public var correctCount: Int { zip(classes, labels).count { $0 == $1 } }
  /// In 0...1.
  public var accuracy: Double { Double(correctCount) / Double(count) }
}
