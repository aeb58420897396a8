import Torch

/// Values of one stored tensor that no trained network has: NaN or infinite ones, or variances below
/// zero.
public struct UnusableValues: Sendable, Hashable {
  public var tensor: String
  /// Of all values.
  public var count: Int
  /// How many are NaN or infinite.
  public var notFinite: Int
  /// How many are below zero where a variance is meant.
  public var negative: Int

  /// nil for values that are in order.
  package init?(_ values: Tensor, called name: String, isVariance: Bool) throws {
    guard [.float32, .float64, .bfloat16].contains(values.elementType), values.count > 0 else {
      return nil
    }
    let finite = try values.isFinite().to(.float64).sum().scalar()
    let valid =
      isVariance
      ? try values.greaterOrEqual(0).to(.float64).sum().scalar() : Double(values.count)
    tensor = name
    count = values.count
    notFinite = values.count - Int(finite)
    // NaN is not below zero.
    negative = isVariance ? max(0, values.count - Int(valid) - notFinite) : 0
    if notFinite + negative == 0 { return nil }
  }

  /// Of many tensors by name.
  package static func all(in state: [String: Tensor]) throws -> [UnusableValues] {
    try state.sorted { $0.key < $1.key }.compactMap { name, tensor in
      try UnusableValues(tensor, called: name, isVariance: name.hasSuffix(".running_var"))
    }
  }
}

extension UnusableValues: CustomStringConvertible {
  public var description: String {
    var parts: [String] = []
    if notFinite > 0 { parts.append("\(notFinite) of \(count) values are NaN or infinite") }
    if negative > 0 { parts.append("\(negative) of \(count) variances are below zero") }
    return "'\(tensor)' (\(parts.joined(separator: ", ")))"
  }
}
