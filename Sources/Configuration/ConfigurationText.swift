import Supernet
import Training

/// Configuration values as text: what stands in YAML, after `--set key=`, or in the environment.
protocol ConfigurationText {
  static var form: ConfigurationForm { get }
  /// Throws a ``Malformed`` saying what was expected.
  init(configurationText text: String) throws(Malformed)
  var configurationText: String { get }
}

/// How a value is written where text has a structure, as YAML does.
enum ConfigurationForm {
  case single
  /// One value, or null for none.
  case singleOrNull
  case list
}

extension ConfigurationText {
  static var form: ConfigurationForm { .single }
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
    guard let value = Self.plain(text) else { throw Malformed(expected: "a number") }
    self = value
  }
  var configurationText: String { String(self) }

  /// A number in decimal digits, with an exponent or without. Nil for other notations (`0x10`, `nan`,
  /// `1_000`) and for numbers beyond the range of the type: one so small that only 0 is left of it
  /// is not what was written either.
  static func plain(_ text: some StringProtocol) -> Double? {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard text.utf8.allSatisfy({ digits.contains($0) || "+-.eE".utf8.contains($0) }),
      let value = Double(text), value.isFinite
    else { return nil }
    let significand = text.prefix { $0 != "e" && $0 != "E" }
    return value == 0 && significand.contains { ("1"..."9").contains($0) } ? nil : value
  }
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
  static var form: ConfigurationForm { .singleOrNull }

  init(configurationText text: String) throws(Malformed) {
    self =
      text.isEmpty || text == "null" || text == "~" ? nil : try Wrapped(configurationText: text)
  }
  var configurationText: String { self?.configurationText ?? "null" }
}

extension Array: ConfigurationText where Element: ConfigurationText {
  static var form: ConfigurationForm { .list }

  init(configurationText text: String) throws(Malformed) {
    var trimmed = Substring(text)
    if trimmed.hasPrefix("["), trimmed.hasSuffix("]") { trimmed = trimmed.dropFirst().dropLast() }
    self = []
    guard trimmed.contains(where: { $0 != " " }) else { return }
    for item in trimmed.split(separator: ",", omittingEmptySubsequences: false) {
      let word = String(item.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      guard !word.isEmpty else { throw Malformed(expected: "a list without gaps between commas") }
      append(try Element(configurationText: word))
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
extension RunConfiguration.Colours: ConfigurationText {}
extension ComputePrecision: ConfigurationText {}

extension Budget: ConfigurationText {
  private static let suffixes: [(Character, Double)] = [("k", 1e3), ("M", 1e6), ("G", 1e9)]

  init(configurationText text: String) throws(Malformed) {
    let malformed = Malformed(
      expected:
        "a number of 1 or more (1200000, 1.2M, 350k, 1G) or a percentage of the range (40%)"
    )
    if text.hasSuffix("%") {
      guard let percent = Double.plain(text.dropLast()), (0...100).contains(percent) else {
        throw malformed
      }
      self = .fraction(percent / 100)
      return
    }
    let suffix = Self.suffixes.first { $0.0 == text.last }
    let digits = suffix == nil ? Substring(text) : text.dropLast()
    guard let value = Double.plain(digits), (1..<9e18).contains(value * (suffix?.1 ?? 1)) else {
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
