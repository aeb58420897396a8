import Families
import FlipMetrics
import Networks
import RandomStreams
import SearchSpaces

extension FamilySelection {
  /// The figures of the members, on the test split.
  func report(_ members: [Family.Member]) throws -> FamilyReport {
    let setting = context.setting
    let (search, test) = (setting.images.search, setting.images.test)
    let networks = try members.map { try setting.space.network($0.architecture) }
    var stream = RandomStream(seed: context.configuration.seed, name: "report.bootstrap")
    var references: [(name: String, predictions: Predictions)] = []
    if let outside = setting.reference, outside.coversTest {
      references.append(("reference", try outside.predictions(for: test)))
    }
    var result: [FamilyReport.Member] = []
    for (index, member) in members.enumerated() {
      let name = "member \(index + 1)"
      let own = member.test
      let flips = try references.map { reference in
        try FlipReport(
          reference: reference.name,
          candidate: name,
          referencePredictions: reference.predictions,
          candidatePredictions: own,
          from: &stream
        )
      }
      let task = task(index, smaller: members[..<index].map(\.architecture))
      result.append(
        FamilyReport.Member(
          architecture: setting.space.code(member.architecture),
          macs: try networks[index].macs(),
          parameters: networks[index].parameters,
          cost: task.cost(of: member.architecture),
          budget: task.budget.limit,
          searchReward: try task.measure(
            member.architecture,
            member.search,
            against: task.references(on: search, precision: .float32)
          ).reward,
          accuracy: FlipReport.Rate(own.correctCount, of: own.count),
          flips: flips,
          containsSmaller: networks[..<index].allSatisfy {
            networks[index].uncoveredWeights(of: $0).isEmpty
          },
          sameAs: members[..<index].firstIndex { $0.architecture == member.architecture }
            .map { $0 + 1 }
        )
      )
      references.append((name, own))
    }
    return FamilyReport(
      space: setting.space.name,
      budgetUnit: context.configuration.search.metric.unit,
      searchImages: search.count,
      testImages: test.count,
      members: result,
      tuningEpochs: isTuned ? context.configuration.family.tuning.epochs : nil
    )
  }
}
