import Charts
import Families
import Foundation

extension Report {
  func memberSection(_ family: FamilyReport) -> ReportSection {
    let hasReference = family.members.contains { $0.flips.contains { $0.reference == "reference" } }
    let isLatency = !["MACs", "parameters"].contains(family.budgetUnit)
    var header: [Markup] = ["member", "architecture", "million MACs", "parameters"]
    if isLatency { header.append("cost (\(family.budgetUnit))") }
    header += [
      "budget (\(family.budgetUnit))", "of it used, %", "test accuracy, %",
      "gain over the member before, points", "negative flips against it, %",
    ]
    if hasReference { header.append("negative flips against the reference, %") }
    header.append("contains smaller")
    let rows = family.members.enumerated().map { index, member -> Table.Row in
      let before = member.flips.first { $0.reference == "member \(index)" }
      let outside = member.flips.first { $0.reference == "reference" }
      var cells: [Markup] = [
        "\(index + 1)", .text(member.architecture), .text(NumberText.millions(member.macs)),
        .text(grouped(member.parameters)),
      ]
      if isLatency { cells.append(.text(grouped(member.cost))) }
      cells += [
        .text(grouped(member.budget)),
        .text(NumberText.percent(Double(member.cost) / Double(max(1, member.budget)), 1)),
        .text(NumberText.percent(member.accuracy)),
        .text(
          before.map { pair in
            let gain = pair.candidateAccuracy.value - pair.referenceAccuracy.value
            return pair.accuracyGainInterval.map {
              NumberText.points(gain, $0.lower, $0.upper)
            } ?? NumberText.points(gain)
          } ?? "–"
        ),
        .text(before.map { NumberText.percent($0.negativeFlipRate) } ?? "–"),
      ]
      if hasReference {
        cells.append(.text(outside.map { NumberText.percent($0.negativeFlipRate) } ?? "–"))
      }
      cells.append(index == 0 ? "–" : member.containsSmaller ? "yes" : "NO")
      return .init(cells)
    }
    let table = Table(
      header: header,
      rows: rows,
      caption: .text(
        "Test split, \(NumberText.count(family.testImages, "image")). Intervals are of 95 %: Wilson's of "
          + "rates, the bootstrap's of gains."
      ),
      numbers: Set(2..<header.count - 1),
      codes: [1],
      isSortable: true
    )
    var content = [table.markup]
    for (index, chart) in FamilyPicture(family).charts.enumerated() {
      content.append(.figure(chart.inline("members\(index)")))
    }
    if let epochs = family.tuningEpochs {
      content.append(
        .note("The members were trained on together for \(NumberText.count(epochs, "epoch")).")
      )
    }
    return ReportSection(id: "members", title: "Members", content: content)
  }
}
