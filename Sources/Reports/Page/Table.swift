/// A table of a page.
struct Table {
  var header: [Markup]
  var rows: [Row] = []
  /// What stands above it.
  var caption: Markup?
  /// Columns of numbers.
  var numbers: Set<Int> = []
  /// Columns of codes, which are not broken.
  var codes: Set<Int> = []
  var isSortable = false

  struct Row {
    var cells: [Markup]
    var style: String?
    /// The point of a chart that it is the row of.
    var point: Int?

    init(_ cells: [Markup], style: String? = nil, point: Int? = nil) {
      self.cells = cells
      self.style = style
      self.point = point
    }
  }

  var markup: Markup {
    var content: [Markup] = []
    content.append(
      .element(
        "thead",
        [:],
        .element(
          "tr",
          [:],
          header.enumerated().map { column, cell in
            numbers.contains(column)
              ? .element("th", ["class": "number", "scope": "col"], cell)
              : .element("th", ["scope": "col"], cell)
          }
        )
      )
    )
    content.append(.element("tbody", [:], rows.map(markup)))
    let table: Markup =
      isSortable
      ? .element("table", ["class": "sortable"], content) : .element("table", [:], content)
    let scrolling = Markup.element("div", ["class": "wide"], table)
    // Not a caption, which would scroll with a wide table.
    guard let caption else { return scrolling }
    return .element("div", [:], .element("p", ["class": "note"], caption), scrolling)
  }

  private func markup(_ row: Row) -> Markup {
    let cells = row.cells.enumerated().map { column, cell -> Markup in
      if numbers.contains(column) { return .element("td", ["class": "number"], cell) }
      if codes.contains(column) { return .element("td", ["class": "code"], cell) }
      return .element("td", [:], cell)
    }
    switch (row.style, row.point) {
    case (let style?, let point?):
      return .element("tr", ["class": style, "data-point": "\(point)"], cells)
    case (let style?, nil): return .element("tr", ["class": style], cells)
    case (nil, let point?): return .element("tr", ["data-point": "\(point)"], cells)
    case (nil, nil): return .element("tr", [:], cells)
    }
  }

  /// The table behind a line that opens it.
  func folded(_ summary: String) -> Markup {
    .element("details", [:], .element("summary", [:], .text(summary)), markup)
  }
}

extension Markup {
  static func note(_ text: String) -> Markup {
    .element("p", ["class": "note"], .text(text))
  }

  static func paragraph(_ text: String) -> Markup { .element("p", [:], .text(text)) }

  static func figure(_ svg: String) -> Markup { .element("div", ["class": "chart"], .chart(svg)) }
}
