import Decisions
import Foundation
import RandomStreams
import Statistics
import Torch

/// Predicts a value for any assignment from measured ones, so that searches run in seconds.
///
/// Kernel ridge regression (the mean of a Gaussian process) on the number of decisions in which two
/// assignments agree:
///
///     k(a, b) = exp(-differences(a, b) / lengthScale)
///     value(a) = mean + sum over i of w[i] k(a, a[i]),   (K + ridge I) w = values - mean
///
/// It is a ridge regression on the one-hot encoding with all interactions of decisions, those of
/// many decisions weighing less; an inactive decision counts as a choice of its own. A long length
/// scale makes it almost additive. Kernel and defaults are ours, chosen on held-out rank
/// correlation of the MobileNetV3 table: Kendall's tau 0.969 against 0.925 for the additive model.
public struct SurrogateModel: Sendable {
  /// How well held-out values are predicted.
  public struct Quality: Sendable, Hashable {
    public var kendall: Double
    public var spearman: Double
    public var rootMeanSquareError: Double
    public var count: Int
  }

  public let space: DecisionSpace
  private let mean: Double
  private let weights: [Double]
  /// Choices of the training assignments + 1, one row of `space.count` bytes each.
  private let anchors: [UInt8]
  /// The kernel by number of differences.
  private let kernel: [Double]

  /// Fits by conjugate gradients. Throws when the table is empty or a setting is not positive.
  public init(_ table: SurrogateTable, lengthScale: Double = 40, ridge: Double = 0.03) throws {
    try requirePositive(table.count, "the number of measured assignments")
    for (name, value) in [("the length scale", lengthScale), ("the ridge", ridge)] {
      guard value > 0 else {
        throw ControllerError.invalidConfiguration(
          name: name,
          reason: "is \(value); it must be positive"
        )
      }
    }
    space = table.space
    kernel = (0...space.count).map { exp(-Double($0) / lengthScale) }
    anchors = table.assignments.flatMap(Self.bytes)
    let mean = table.values.reduce(0, +) / Double(table.count)
    self.mean = mean
    weights = try Self.solve(
      Self.kernelMatrix(table, lengthScale: lengthScale),
      ridge: ridge,
      target: table.values.map { $0 - mean }
    )
  }

  public func predict(_ assignment: Assignment) -> Double {
    let width = space.count
    let query = Self.bytes(assignment)
    return mean
      + anchors.withUnsafeBufferPointer { anchors in
        query.withUnsafeBufferPointer { query in
          var sum = 0.0
          for index in weights.indices {
            var differences = 0
            let row = index * width
            for position in 0..<width where anchors[row + position] != query[position] {
              differences += 1
            }
            sum += weights[index] * kernel[differences]
          }
          return sum
        }
      }
  }

  /// Nil when `heldOut` has no two different values.
  public func quality(on heldOut: SurrogateTable) -> Quality? {
    let predicted = heldOut.assignments.map(predict)
    guard let kendall = RankCorrelation.kendall(predicted, heldOut.values),
      let spearman = RankCorrelation.spearman(predicted, heldOut.values)
    else { return nil }
    let squares = zip(predicted, heldOut.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return Quality(
      kendall: kendall,
      spearman: spearman,
      rootMeanSquareError: (squares / Double(heldOut.count)).squareRoot(),
      count: heldOut.count
    )
  }

  private static func bytes(_ assignment: Assignment) -> [UInt8] {
    assignment.choices.map { UInt8(clamping: $0 + 1) }
  }

  private static func kernelMatrix(_ table: SurrogateTable, lengthScale: Double) throws -> Tensor {
    let encoding = OneHotEncoding(table.space)
    let features = try Tensor(
      table.assignments.flatMap { encoding.features(of: $0) },
      shape: [table.count, encoding.width]
    )
    let agreements = try features.matmul(features.permuted([1, 0])).to(.float64)
    return try ((agreements - Double(table.space.count)) / lengthScale).exp()
  }

  /// Conjugate gradients (Hestenes and Stiefel, 1952) on `K + ridge I`.
  private static func solve(_ kernel: Tensor, ridge: Double, target: [Double]) throws -> [Double] {
    func dot(_ a: Tensor, _ b: Tensor) throws -> Double { try (a * b).sum().scalar() }
    return try withoutGradient {
      let solution = try Tensor.zeros([target.count], type: .float64)
      let residual = try Tensor(target, shape: [target.count])
      let direction = try residual.clone()
      var norm = try dot(residual, residual)
      let goal = norm * 1e-14
      for _ in 0..<2 * target.count where norm > goal {
        let image = try kernel.matmul(direction) + direction * ridge
        let step = try norm / dot(direction, image)
        try solution.addInPlace(direction, scale: step)
        try residual.addInPlace(image, scale: -step)
        let next = try dot(residual, residual)
        try direction.multiplyInPlace(next / norm)
        try direction.addInPlace(residual)
        norm = next
      }
      return try solution.array(Double.self)
    }
  }
}
