import Charts
import Foundation

extension Report {
  /// Rows of the table of evaluated architectures.
  private static var rowLimit: Int { 200 }

  func evaluationSection(_ all: EvaluationFigures) -> ReportSection {
    let isByParameters = figures.family?.budgetUnit == "parameters"
    let cost = (isByParameters ? all.parameters : all.macs).map { Double($0) / 1e6 }
    let unit = isByParameters ? "million parameters" : "million MACs"
    let distinct = all.distinct
    let front = all.front(isByParameters ? all.parameters : all.macs)
    let searched = Set(all.member).sorted()
    func points(_ member: Int, _ place: (Int) -> (Double, Double)) -> [ScatterChart.Point] {
      distinct.filter { all.member[$0] == member }.map { index in
        let (x, y) = place(index)
        return .init(
          x: x,
          y: y,
          title: "\(all.architecture[index]): \(NumberText.decimals(cost[index], 2)) \(unit), "
            + "\(NumberText.percent(all.accuracy[index])) %, flips "
            + "\(NumberText.percent(all.negativeFlipRate[index])) %",
          number: index
        )
      }
    }
    func series(_ place: @escaping (Int) -> (Double, Double)) -> [ScatterChart.Series] {
      searched.map { member in
        .init(
          name: "search for member \(member)",
          points: points(member, place),
          colour: member - 1
        )
      }
    }
    var pareto = ScatterChart(
      title: "Accuracy over cost",
      subtitle: "Dots: \(all.images). Dotted: the best for its cost."
        + (searchAccuracies.isEmpty ? "" : " Rings: members, all of that split."),
      xLabel: "cost, \(unit)",
      yLabel: "accuracy, %",
      series: series { (cost[$0], all.accuracy[$0] * 100) } + memberRings(isByParameters)
    )
    pareto.front = front.map { .init(x: cost[$0], y: all.accuracy[$0] * 100, title: "") }
    let trade = ScatterChart(
      title: "Accuracy over negative flips",
      subtitle:
        "On \(all.images), against the worst of the smaller members; left and up is better.",
      xLabel: "negative flips, %",
      yLabel: "accuracy, %",
      series: series { (all.negativeFlipRate[$0] * 100, all.accuracy[$0] * 100) }
    )
    let ranked = distinct.sorted { (all.reward[$0], $1) > (all.reward[$1], $0) }
    let shown = Set(ranked.prefix(Self.rowLimit)).union(front)
    let table = Table(
      header: [
        "architecture", "for member", "update", "reward", "accuracy, %", "negative flips, %",
        "million MACs", "parameters", "best for its cost",
      ],
      rows: ranked.filter(shown.contains).map { index in
        .init(
          [
            .text(all.architecture[index]), "\(all.member[index])", "\(all.update[index])",
            .text(NumberText.decimals(all.reward[index])),
            .text(NumberText.percent(all.accuracy[index])),
            .text(NumberText.percent(all.negativeFlipRate[index])),
            .text(NumberText.millions(all.macs[index])),
            .text(grouped(all.parameters[index])),
            front.contains(index) ? "yes" : "",
          ],
          point: index
        )
      },
      numbers: Set(1...7),
      codes: [0],
      isSortable: true
    )
    var content: [Markup] = [
      .paragraph(
        "\(NumberText.count(all.count, "evaluation")) of "
          + "\(NumberText.count(distinct.count, "architecture")). Rewards and rates are those that the "
          + "search saw, on \(all.images); final figures are on the test split."
      ),
      .figure(pareto.inline),
    ]
    if all.negativeFlipRate.contains(where: { $0 > 0 }) { content.append(.figure(trade.inline)) }
    content.append(
      table.folded(
        shown.count == distinct.count
          ? "All architectures as a table"
          : "The \(shown.count) best architectures as a table; the others are in the embedded JSON"
      )
    )
    return ReportSection(id: "architectures", title: "What was evaluated", content: content)
  }

  private func memberRings(_ isByParameters: Bool) -> [ScatterChart.Series] {
    guard let family = figures.family else { return [] }
    return zip(family.members, searchAccuracies).enumerated().map { index, pair in
      let (member, accuracy) = pair
      let cost = Double(isByParameters ? member.parameters : member.macs) / 1e6
      let title =
        "member \(index + 1), \(member.architecture): \(NumberText.percent(accuracy)) % on the search "
        + "split, \(NumberText.percent(member.accuracy)) % on the test split"
      return .init(
        name: "member \(index + 1)",
        points: [.init(x: cost, y: accuracy * 100, title: title)],
        colour: index,
        isMarked: true
      )
    }
  }
}
