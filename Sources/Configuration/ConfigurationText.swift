import Supernet
import Training

/// Configuration values as text: what stands in YAML, after `--set key=`, or in the environment.
protocol ConfigurationText {
  /// Throws a ``Malformed`` saying what was expected.
  init(configurationText text: String) throws(Malformed)
  var configurationText: String { get }
}

struct Malformed: Error {
  var expected: String
}

extension Int: ConfigurationText {
  init(configurationText text: String) throws(Malformed) {
    guard let value = Int(text) else { throw Malformed(expected: "a whole number") }
    self = value
  }
  var configurationText: String { String(self) }
}

extension UInt64: ConfigurationText {
  init(configurationText text: String) throws(Malformed) {
    guard let value = UInt64(text) else {
      throw Malformed(expected: "a whole number that is not negative")
    }
    self = value
  }
  var configurationText: String { String(self) }
}

extension Double: ConfigurationText {
  init(configurationText text: String) throws(Malformed) {
    guard let value = Double(text), value.isFinite else { throw Malformed(expected: "a number") }
    self = value
  }
  var configurationText: String { String(self) }
}

extension Bool: ConfigurationText {
  init(configurationText text: String) throws(Malformed) {
    switch text {
    case "true": self = true
    case "false": self = false
    default: throw Malformed(expected: "true or false")
    }
  }
  var configurationText: String { String(self) }
}

extension String: ConfigurationText {
  init(configurationText text: String) { self = text }
  var configurationText: String { self }
}

extension Optional: ConfigurationText where Wrapped: ConfigurationText {
  init(configurationText text: String) throws(Malformed) {
    self =
      text.isEmpty || text == "null" || text == "~" ? nil : try Wrapped(configurationText: text)
  }
  var configurationText: String { self?.configurationText ?? "null" }
}

extension Array: ConfigurationText where Element: ConfigurationText {
  init(configurationText text: String) throws(Malformed) {
    var trimmed = Substring(text)
    if trimmed.hasPrefix("["), trimmed.hasSuffix("]") { trimmed = trimmed.dropFirst().dropLast() }
    self = []
    for item in trimmed.split(separator: ",") {
      let word = item.drop { $0 == " " }
      append(
        try Element(configurationText: String(word.reversed().drop { $0 == " " }.reversed()))
      )
    }
  }
  var configurationText: String { "[" + map(\.configurationText).joined(separator: ", ") + "]" }
}

extension ConfigurationText where Self: RawRepresentable & CaseIterable, RawValue == String {
  init(configurationText text: String) throws(Malformed) {
    guard let value = Self(rawValue: text) else {
      throw Malformed(expected: "one of " + Self.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = value
  }
  var configurationText: String { rawValue }
}

extension TrainingSchedule: ConfigurationText {}
extension TrainingConfiguration.Sampling: ConfigurationText {}
extension TrainingConfiguration.Updates: ConfigurationText {}
extension TrainingConfiguration.Gradients: ConfigurationText {}
extension TrainingConfiguration.Distillation: ConfigurationText {}
extension RunConfiguration.Strategy: ConfigurationText {}
extension RunConfiguration.Sharing: ConfigurationText {}
extension RunConfiguration.Baseline: ConfigurationText {}
extension RunConfiguration.CostMetric: ConfigurationText {}
extension RunConfiguration.FlipAggregate: ConfigurationText {}
extension ComputePrecision: ConfigurationText {}

extension Budget: ConfigurationText {
  private static let suffixes: [(Character, Double)] = [("k", 1e3), ("M", 1e6), ("G", 1e9)]

  init(configurationText text: String) throws(Malformed) {
    let malformed = Malformed(
      expected: "a positive number (1200000, 1.2M, 350k, 1G) or a percentage of the range (40%)"
    )
    if text.hasSuffix("%") {
      guard let percent = Double(text.dropLast()), (0...100).contains(percent) else {
        throw malformed
      }
      self = .fraction(percent / 100)
      return
    }
    let suffix = Self.suffixes.first { $0.0 == text.last }
    let digits = suffix == nil ? Substring(text) : text.dropLast()
    guard let value = Double(digits), value > 0, value * (suffix?.1 ?? 1) < 9e18 else {
      throw malformed
    }
    self = .absolute(Int((value * (suffix?.1 ?? 1)).rounded()))
  }

  var configurationText: String {
    switch self {
    case .absolute(let value): String(value)
    // Ten decimals, then without the zeros: the same text for the same fraction.
    case .fraction(let value): "\((value * 1e12).rounded() / 1e10)%"
    }
  }
}
