import FlipMetrics
import Foundation
import RandomStreams
import SearchSpaces

/// The figures of a family, on the test split unless they say otherwise.
public struct FamilyReport: Sendable, Codable {
  public var schema = "regnas.family-report/1"
  public var space: String
  /// What budgets bound: `MACs`, `parameters` or `ns`.
  public var budgetUnit: String
  public var searchImages: Int
  public var testImages: Int
  public var members: [Member]

  public struct Member: Sendable, Codable {
    /// The code that `regnas space describe --architecture` reads.
    public var architecture: String
    public var macs: Int
    public var parameters: Int
    /// In `budgetUnit`.
    public var cost: Int
    public var budget: Int
    public var searchReward: Double
    public var accuracy: FlipReport.Rate
    /// Against the outside reference, if any, and every smaller member.
    public var flips: [FlipReport]
    /// Whether it contains every smaller member, checked weight by weight.
    public var containsSmaller: Bool
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

extension SearchRun {
  func report(_ members: [Family.Member]) throws -> FamilyReport {
    let labels = setting.images.test.labels
    func predictions(_ classes: [Int32]) throws -> FlipMetrics.Predictions {
      try FlipMetrics.Predictions(classes: classes.map(Int.init), labels: labels)
    }
    let networks = try members.map { try setting.space.network($0.architecture) }
    var stream = RandomStream(seed: configuration.seed, name: "report.bootstrap")
    var references: [(String, FlipMetrics.Predictions)] = []
    if let outside = try setting.images.reference(setting.reference, on: setting.images.test) {
      references.append(("reference", try predictions(outside)))
    }
    var result: [FamilyReport.Member] = []
    for (index, member) in members.enumerated() {
      let name = "member \(index + 1)"
      let own = try predictions(member.testPredictions)
      let flips = try references.map { reference in
        try FlipReport(
          reference: reference.0,
          candidate: name,
          referencePredictions: reference.1,
          candidatePredictions: own,
          from: &stream
        )
      }
      let smaller = Array(members[..<index].map(\.architecture))
      result.append(
        FamilyReport.Member(
          architecture: setting.space.code(member.architecture),
          macs: try networks[index].macs(),
          parameters: networks[index].parameters,
          cost: setting.costs.cost(of: member.architecture, in: setting.space.decisions),
          budget: setting.budgets[index].limit,
          searchReward: reward.measure(
            predictions: member.searchPredictions,
            labels: setting.images.search.labels,
            references: try self.references(smaller, on: setting.images.search),
            budgetUse: budgetUse(member.architecture, as: index)
          ).reward,
          accuracy: FlipReport.Rate(own.correctCount, of: own.count),
          flips: flips,
          containsSmaller: networks[..<index].allSatisfy {
            networks[index].uncoveredWeights(of: $0).isEmpty
          }
        )
      )
      references.append((name, own))
    }
    return FamilyReport(
      space: setting.space.name,
      budgetUnit: configuration.search.metric.unit,
      searchImages: setting.images.search.labels.count,
      testImages: labels.count,
      members: result
    )
  }
}
