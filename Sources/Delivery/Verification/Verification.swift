/// How the predictions of an exported file, read back and run, compare with the family's.
public struct Verification: Sendable, Hashable, Codable {
  /// What was compared.
  public var source: Source
  public var images: Int
  /// Images whose class is another than the family's, though the logits of the two classes are apart.
  public var differing: Int
  /// Images whose class is another, where the member's logits of the two are equal but for rounding.
  public var ties: Int
  /// The largest difference of a logit to the member's, in units of the largest logit of its batch, or of 1
  /// where that is less.
  public var largestDifference: Double
  /// What rounding alone may make of that: 20 times the difference between the member's own network with
  /// batch norm as layers of its own and with it folded into convolutions, and at least 1e-5.
  public var tolerance: Double

  public enum Source: String, Sendable, Hashable, Codable {
    /// Test images, against the predictions that the family stores.
    case test
    /// Seeded noise, against the member's own network.
    case random
  }

  public var isEqual: Bool { differing == 0 && largestDifference <= tolerance }

  /// What is wrong, in words.
  var fault: String {
    differing > 0
      ? "\(differing) of \(images) \(source.words) get another class"
      : "logits differ by up to \(largestDifference) of the largest for \(images) \(source.words), and "
        + "rounding explains \(tolerance)"
  }
}

extension Verification.Source {
  /// As in `100 test images`.
  public var words: String {
    switch self {
    case .test: "test images"
    case .random: "random images"
    }
  }
}
