import Families
import FlipMetrics
import RandomStreams
import SearchSpaces

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
