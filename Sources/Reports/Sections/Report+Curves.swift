import Charts

extension Report {
  /// Rows of a curve's table.
  private static var rowLimit: Int { 60 }

  var curveSection: ReportSection {
    var content: [Markup] = [
      .paragraph("From metrics.jsonl. Of long curves every second, third, ... point is shown.")
    ]
    for (index, curve) in figures.curves.enumerated() {
      let chart = LineChart(
        title: curve.name,
        subtitle: curve.about,
        xLabel: curve.xLabel,
        yLabel: curve.yLabel,
        series: curve.series.map { series in
          .init(
            name: series.name,
            points: zip(series.steps, series.values).map { .init(x: Double($0), y: $1) }
          )
        }
      )
      content += [.figure(chart.inline("curve\(index)")), table(of: curve)]
    }
    return ReportSection(id: "curves", title: "Curves", content: content)
  }

  private func table(of curve: Curve) -> Markup {
    let steps = Set(curve.series.flatMap(\.steps)).sorted()
    let stride = (steps.count - 1) / Self.rowLimit + 1
    let shown = steps.enumerated().filter { index, _ in
      index % stride == 0 || index == steps.count - 1
    }.map(\.element)
    let values = curve.series.map { series in
      Dictionary(zip(series.steps, series.values)) { _, last in last }
    }
    return Table(
      header: [.text(curve.xLabel)] + curve.series.map { .text($0.name) },
      rows: shown.map { step in
        .init(
          [.text(grouped(step))]
            + values.map { .text($0[step].map { NumberText.decimals($0) } ?? "–") }
        )
      },
      numbers: Set(0...curve.series.count)
    ).folded(
      "\(curve.name) as a table" + (stride > 1 ? ", \(shown.count) of \(steps.count) steps" : "")
    )
  }
}
