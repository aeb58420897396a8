/// What a classifier said about the images of a split, in the split's order.
public struct Predictions: Sendable, Hashable {
  /// Whether each image was classified rightly.
  public let isCorrect: [Bool]
  /// The predicted classes, if known: needed for churn only.
  public let classes: [Int]?
  /// The true classes, if known: two models are compared only on the same ones.
  public let labels: [Int]?

  /// Throws ``FlipError/lengthMismatch(_:_:)`` or ``FlipError/noImages``.
  public init(classes: [Int], labels: [Int]) throws(FlipError) {
    guard classes.count == labels.count else {
      throw .lengthMismatch(
        .init(name: "predictions", count: classes.count),
        .init(name: "labels", count: labels.count)
      )
    }
    guard !labels.isEmpty else { throw .noImages }
    isCorrect = zip(classes, labels).map { $0 == $1 }
    self.classes = classes
    self.labels = labels
  }

  /// Throws ``FlipError/noImages``.
  public init(isCorrect: [Bool]) throws(FlipError) {
    guard !isCorrect.isEmpty else { throw .noImages }
    self.isCorrect = isCorrect
    classes = nil
    labels = nil
  }

  /// Number of images; never 0.
  public var count: Int { isCorrect.count }
  public var correctCount: Int { isCorrect.reduce(0) { $0 + ($1 ? 1 : 0) } }
  /// In 0...1.
  public var accuracy: Double { Double(correctCount) / Double(count) }
}
