import Decisions

/// What `regnas space describe` prints about a space.
package struct SpaceSummary: Sendable, Hashable, Codable {
  package struct DecisionSummary: Sendable, Hashable, Codable {
    package var name: String
    package var choices: [String]
    /// When the decision exists: `stage1.depth is 3 or 4`; nil for always.
    package var condition: String?
  }

  package struct Range: Sendable, Hashable, Codable {
    package var smallest: Int
    package var largest: Int
  }

  package var name: String
  package var inputChannels: Int
  package var resolutions: [Int]
  package var classes: Int
  package var decisions: [DecisionSummary]
  /// Exact, in decimal digits: counts exceed 64 bits.
  package var architectures: String
  package var distinctNetworks: String
  /// If not, `distinctNetworks` is an upper bound.
  package var distinctNetworksIsExact: Bool
  /// Choices that describe the same networks: `stem.width1: 0.65 = 0.8`.
  package var coincidences: [String]
  /// For one image.
  package var macs: Range
  /// Of extracted networks.
  package var parameters: Range
  /// Of the supernet, kernel matrices included.
  package var supernetParameters: Int
  package var supernetBuffers: Int
  package var supernetTensors: Int

  /// Throws ``SpaceError`` when the layers of the space do not fit together.
  package init(_ space: some SearchSpace) throws {
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
