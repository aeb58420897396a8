import Charts
import Families

/// A family at a glance: accuracy over cost, and below it negative flips over cost.
package struct FamilyPicture: Sendable {
  package let charts: [LineChart]

  package init(_ report: FamilyReport) {
    let members = report.members
    let unit = report.budgetUnit == "parameters" ? "parameters" : "MACs"
    func cost(_ index: Int) -> Double {
      Double(unit == "MACs" ? members[index].macs : members[index].parameters) / 1e6
    }
    let label = "cost, million \(unit)"
    var accuracy = LineChart(
      title: "A family of \(members.count), \(report.space)",
      subtitle: "Accuracy on \(NumberText.count(report.testImages, "test image")); bands are 95 % "
        + "intervals",
      xLabel: label,
      yLabel: "accuracy, %",
      series: [
        .init(
          name: "members",
          points: members.indices.map { index in
            let rate = members[index].accuracy
            return .init(
              x: cost(index),
              y: rate.value * 100,
              lower: rate.interval.lower * 100,
              upper: rate.interval.upper * 100
            )
          }
        )
      ]
    )
    accuracy.height = 340
    accuracy.marksPoints = true
    var names: [String] = []
    for flips in members.flatMap(\.flips) where !names.contains(flips.reference) {
      names.append(flips.reference)
    }
    var flips = LineChart(
      title: "Negative flips",
      subtitle: "Images that the reference gets right and the member wrong",
      xLabel: label,
      yLabel: "negative flips, %",
      series: names.map { name in
        .init(
          name: "against \(name)",
          points: members.indices.compactMap { index in
            guard let pair = members[index].flips.first(where: { $0.reference == name }) else {
              return nil
            }
            let rate = pair.negativeFlipRate
            return .init(
              x: cost(index),
              y: rate.value * 100,
              lower: rate.interval.lower * 100,
              upper: rate.interval.upper * 100
            )
          }
        )
      }
    )
    flips.height = 340
    flips.marksPoints = true
    charts = names.isEmpty ? [accuracy] : [accuracy, flips]
  }
}
