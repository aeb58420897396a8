import FlipMetrics
import Foundation
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
  /// Epochs in which the members were trained on together; nil where they were not, and in files of
  /// regnas 0.1.
  public var tuningEpochs: Int?

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
    /// Number, from 1, of the first smaller member that is the same network; nil where none is, and
    /// in files of regnas 0.1.
    public var sameAs: Int?

    package init(
      architecture: String,
      macs: Int,
      parameters: Int,
      cost: Int,
      budget: Int,
      searchReward: Double,
      accuracy: FlipReport.Rate,
      flips: [FlipReport],
      containsSmaller: Bool,
      sameAs: Int? = nil
    ) {
      self.architecture = architecture
      self.macs = macs
      self.parameters = parameters
      self.cost = cost
      self.budget = budget
      self.searchReward = searchReward
      self.accuracy = accuracy
      self.flips = flips
      self.containsSmaller = containsSmaller
      self.sameAs = sameAs
    }
  }

  package func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  package init(
    space: String,
    budgetUnit: String,
    searchImages: Int,
    testImages: Int,
    members: [Member],
    tuningEpochs: Int? = nil
  ) {
    self.space = space
    self.budgetUnit = budgetUnit
    self.searchImages = searchImages
    self.testImages = testImages
    self.members = members
    self.tuningEpochs = tuningEpochs
  }
}
