/// Where the flips of a pair of models are: by class, by pairs of classes, and image by image.
public struct FlipBreakdown: Sendable, Hashable, Codable {
  /// The images of one true class.
  public struct OfClass: Sendable, Hashable, Codable {
    public var label: Int
    public var counts: FlipCounts
  }

  /// From the class that the reference predicts to another, which the candidate predicts. Of a negative
  /// flip the first is the true class, of a positive flip the second.
  public struct Move: Sendable, Hashable, Codable {
    public var from: Int
    public var to: Int
    public var images: Int
  }

  /// An image on which one model is right and the other wrong.
  public struct Image: Sendable, Hashable, Codable {
    /// Its place among the images compared, from 0.
    public var place: Int
    public var label: Int
    /// What the models predict.
    public var reference: Int
    public var candidate: Int
    /// Softmax probabilities of what they predict, where they are known.
    public var referenceProbability: Float?
    public var candidateProbability: Float?
  }

  /// Classes that have images, in their order.
  public var classes: [OfClass]
  /// The commonest first.
  public var negativeMoves: [Move]
  public var positiveMoves: [Move]
  /// Those that the model which is wrong is surest of first; in their order where that is not known.
  public var negativeFlips: [Image]
  public var positiveFlips: [Image]

  /// Throws ``FlipError`` where the predictions are not for the same images.
  public init(reference: Predictions, candidate: Predictions) throws(FlipError) {
    _ = try FlipCounts(reference: reference, candidate: candidate)
    var byClass: [Int32: FlipCounts] = [:]
    var (negative, positive): ([Image], [Image]) = ([], [])
    for (place, label) in reference.labels.enumerated() {
      let (old, new) = (reference.classes[place], candidate.classes[place])
      let image = Image(
        place: place,
        label: Int(label),
        reference: Int(old),
        candidate: Int(new),
        referenceProbability: reference.probabilities?.predicted[place],
        candidateProbability: candidate.probabilities?.predicted[place]
      )
      var counts =
        byClass[label]
        ?? FlipCounts(bothRight: 0, bothWrong: 0, negativeFlips: 0, positiveFlips: 0, differing: 0)
      switch (old == label, new == label) {
      case (true, true): counts.bothRight += 1
      case (false, false): counts.bothWrong += 1
      case (true, false):
        counts.negativeFlips += 1
        negative.append(image)
      case (false, true):
        counts.positiveFlips += 1
        positive.append(image)
      }
      if old != new { counts.differing = (counts.differing ?? 0) + 1 }
      byClass[label] = counts
    }
    classes = byClass.sorted { $0.key < $1.key }.map { OfClass(label: Int($0), counts: $1) }
    negativeMoves = Self.moves(negative)
    positiveMoves = Self.moves(positive)
    negativeFlips = Self.sorted(negative, by: \.candidateProbability)
    positiveFlips = Self.sorted(positive, by: \.referenceProbability)
  }

  private static func moves(_ images: [Image]) -> [Move] {
    let counts = images.reduce(into: [[Int]: Int]()) {
      $0[[$1.reference, $1.candidate], default: 0] += 1
    }
    return counts.map { Move(from: $0[0], to: $0[1], images: $1) }
      .sorted { ($1.images, $0.from, $0.to) < ($0.images, $1.from, $1.to) }
  }

  private static func sorted(_ images: [Image], by sureness: KeyPath<Image, Float?>) -> [Image] {
    images.sorted { first, second in
      let (a, b) = (first[keyPath: sureness] ?? 0, second[keyPath: sureness] ?? 0)
      return a == b ? first.place < second.place : a > b
    }
  }
}
