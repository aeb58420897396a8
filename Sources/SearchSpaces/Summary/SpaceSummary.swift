import Decisions

/// What `regnas space describe` tells about a space.
public struct SpaceSummary: Sendable, Hashable, Codable {
  public struct DecisionSummary: Sendable, Hashable, Codable {
    public var name: String
    public var choices: [String]
    /// When the decision exists: `stage1.depth is 3 or 4`; nil for always.
    public var condition: String?
  }

  public struct Range: Sendable, Hashable, Codable {
    public var smallest: Int
    public var largest: Int
  }

  public var name: String
  public var inputChannels: Int
  public var resolutions: [Int]
  public var classes: Int
  public var decisions: [DecisionSummary]
  /// Exact, in decimal digits: counts exceed 64 bits.
  public var architectures: String
  public var distinctNetworks: String
  /// If not, `distinctNetworks` is an upper bound.
  public var distinctNetworksIsExact: Bool
  /// Choices that describe the same networks: `stem.width1: 0.65 = 0.8`.
  public var coincidences: [String]
  /// For one image.
  public var macs: Range
  /// Of extracted networks.
  public var parameters: Range
  /// Of the supernet, kernel matrices included.
  public var supernetParameters: Int
  public var supernetBuffers: Int
  public var supernetTensors: Int

  /// Throws ``SpaceError`` when the layers of the space do not fit together.
  public init(_ space: some SearchSpace) throws {
    name = space.name
    inputChannels = space.input.channels
    resolutions = space.input.resolution.choices
    classes = space.input.classes
    let all = space.decisions.decisions
    decisions = all.map { decision in
      DecisionSummary(
        name: decision.name,
        choices: decision.choices,
        condition: decision.conditions.isEmpty
          ? nil : decision.conditions.map { describe($0, among: all) }.joined(separator: " and ")
      )
    }
    let distinct = try space.distinctNetworks()
    architectures = "\(distinct.architectures)"
    distinctNetworks = "\(distinct.networks)"
    distinctNetworksIsExact = distinct.isExact
    coincidences = distinct.coincidences
    let macs = space.attainable(try space.costTable(.macs))
    let parameters = space.attainable(try space.costTable(.parameters))
    self.macs = Range(smallest: macs.lowerBound, largest: macs.upperBound)
    self.parameters = Range(smallest: parameters.lowerBound, largest: parameters.upperBound)
    supernetParameters = try space.supernetParameters()
    supernetBuffers = try space.supernetBuffers()
    supernetTensors = try space.supernetTensors().count
  }
}

private func describe(_ condition: Decision.Condition, among decisions: [Decision]) -> String {
  let decision = decisions[condition.decision]
  let choices = condition.choices.choices.map { decision.choices[$0] }
  return "\(decision.name) is \(choices.joined(separator: " or "))"
}

extension SpaceSummary: CustomStringConvertible {
  /// A listing for a terminal.
  public var description: String {
    let pixels = resolutions.map(String.init).joined(separator: ", ")
    var lines = [
      "\(name): \(inputChannels) image channels, \(pixels) pixels, \(classes) classes",
      "architectures        \(architectures) (\(scientific(architectures)))",
    ]
    if distinctNetworks != architectures {
      lines.append(
        "distinct networks    \(distinctNetworksIsExact ? "" : "at most ")\(distinctNetworks) "
          + "(\(scientific(distinctNetworks)); \(coincidences.joined(separator: ", ")))"
      )
    }
    lines += [
      "MACs                 \(grouped(macs.smallest)) to \(grouped(macs.largest))",
      "parameters           \(grouped(parameters.smallest)) to \(grouped(parameters.largest))",
      "supernet             \(grouped(supernetParameters)) parameters, "
        + "\(grouped(supernetBuffers)) buffer elements, \(supernetTensors) tensors",
      "decisions            \(decisions.count)",
    ]
    let table = TextTable(
      header: ["decision", "choices", "exists if"],
      rows: decisions.map { [$0.name, $0.choices.joined(separator: " "), $0.condition ?? ""] },
      rightAligned: []
    )
    return (lines + [""] + table.lines).joined(separator: "\n")
  }
}

/// `21759616...` as `2.176e19`.
private func scientific(_ digits: String) -> String {
  guard digits.count > 4, let value = Double(digits) else { return digits }
  let exponent = digits.count - 1
  var mantissa = value
  for _ in 0..<exponent { mantissa /= 10 }
  let thousandths = Int((mantissa * 1000).rounded())
  return thousandths >= 10_000
    ? "1.000e\(exponent + 1)"
    : "\(thousandths / 1000).\(String(thousandths % 1000 + 1000).dropFirst())e\(exponent)"
}
