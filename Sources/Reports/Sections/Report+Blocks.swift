import Charts

extension Report {
  func blockSection(_ blocks: BlockComparison) -> ReportSection {
    let count = blocks.resolutions.count
    let rows = blocks.rows.map { row -> Table.Row in
      .init(
        [.element("b", [:], .text(row.block))]
          + row.cells.enumerated().map { index, cell in
            guard let cell else { return index == 0 ? "–" : "– not in this member" }
            let lines: [Markup] = cell.layers.map { layer in
              layer.isAdded
                ? .element("ins", [:], .text(layer.text)) : .element("span", [:], .text(layer.text))
            }
            let weights =
              grouped(cell.weights) + " weights"
              + (index > 0 && cell.added == 0 ? ", none new" : "")
            let added: [Markup] =
              cell.added > 0 ? [.element("ins", [:], .text("+ \(grouped(cell.added)) new"))] : []
            return .element("div", [:], lines + [.element("small", [:], .text(weights))] + added)
          }
      )
    }
    let totals = (0..<count).map { index -> Markup in
      let cells = blocks.rows.compactMap { $0.cells[index] }
      let weights = cells.reduce(0) { $0 + $1.weights }
      let added = cells.reduce(0) { $0 + $1.added }
      return .text(
        "\(grouped(weights)) weights" + (index > 0 ? ", \(grouped(added)) of them new" : "")
      )
    }
    let header: [Markup] =
      ["block"]
      + blocks.resolutions.enumerated().map { index, side in
        .text("member \(index + 1), \(side) × \(side) pixels")
      }
    let table = Table(
      header: header,
      rows: rows + [.init([.element("b", [:], "all")] + totals, style: "own")]
    )
    return ReportSection(
      id: "blocks",
      title: "Members side by side",
      content: [
        .paragraph(
          "Blocks are named as in the supernet. Marked is what the member before does not have: layers "
            + "of another shape, and weights that are new. Convolutions: kernel, channels in and out."
        ), table.markup,
      ]
    )
  }
}
