import Foundation

/// Points in a plane, as an element of a page that has the rules of ``LineChart``. Equal charts give
/// equal text. Points that are not finite are left out.
package struct ScatterChart: Sendable, Hashable {
  package struct Point: Sendable, Hashable {
    package var x: Double
    package var y: Double
    /// What hovering over the point says.
    package var title: String
    /// What a script finds the point by; nil for none.
    package var number: Int?

    package init(x: Double, y: Double, title: String, number: Int? = nil) {
      self.x = x
      self.y = y
      self.title = title
      self.number = number
    }
  }

  package struct Series: Sendable, Hashable {
    package var name: String
    package var points: [Point]
    /// Whether points are rings with a name beside them: few that matter, above many.
    package var isMarked: Bool
    /// Which of the colours, from 0.
    package var colour: Int

    package init(name: String, points: [Point], colour: Int, isMarked: Bool = false) {
      self.name = name
      self.points = points
      self.colour = colour
      self.isMarked = isMarked
    }
  }

  package var title: String
  package var subtitle: String
  package var xLabel: String
  package var yLabel: String
  package var series: [Series]
  /// A line behind the points, such as the best that is to be had.
  package var front: [Point] = []
  package var width = 760
  package var height = 460

  package init(
    title: String,
    subtitle: String,
    xLabel: String,
    yLabel: String,
    series: [Series]
  ) {
    self.title = title
    self.subtitle = subtitle
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
  }

  package var inline: String {
    let (left, right, top) = (68.0, Double(width) - 24, 70.0)
    let legend = LineChart.Legend(series.map(\.name), left: left, right: right)
    let bottom = Double(height) - 56 - legend.height
    let points = series.flatMap(\.points).filter(\.isFinite)
    let x = AxisScale(Self.range(points.map(\.x)), maximumTicks: 8)
    let y = AxisScale(Self.range(points.map(\.y)), maximumTicks: 6)
    func across(_ point: Point) -> Double { left + x.position(point.x) * (right - left) }
    func down(_ point: Point) -> Double { bottom - y.position(point.y) * (bottom - top) }

    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" "
        + "width=\"\(width)\" height=\"\(height)\" role=\"img\">",
      "<title>\(escaped(title))</title>",
      "<rect class=\"page\" width=\"\(width)\" height=\"\(height)\" rx=\"6\"/>",
      text(title, left, 32, "title"), text(subtitle, left, 52, "muted"),
    ]
    for tick in y.ticks {
      let place = bottom - y.position(tick) * (bottom - top)
      lines.append(segment(left, place, right, place, "grid"))
      lines.append(text(y.label(tick), left - 8, place + 4, "tick", anchor: "end"))
    }
    for tick in x.ticks {
      let place = left + x.position(tick) * (right - left)
      lines.append(segment(place, bottom, place, bottom + 5, "axis"))
      lines.append(text(x.label(tick), place, bottom + 19, "tick", anchor: "middle"))
    }
    lines.append(segment(left, bottom, right, bottom, "axis"))
    if front.count > 1 {
      let path = front.map { "\(short(across($0))),\(short(down($0)))" }
      lines.append("<polyline class=\"line s5 d2\" points=\"\(path.joined(separator: " "))\"/>")
    }
    for one in series {
      let style = one.isMarked ? "ring s\(one.colour % 6)" : "dot s\(one.colour % 6)"
      for point in one.points where point.isFinite {
        lines.append(
          "<circle class=\"\(style)\" cx=\"\(short(across(point)))\" cy=\"\(short(down(point)))\" "
            + "r=\"\(one.isMarked ? 7 : 3.5)\""
            + (point.number.map { " data-point=\"\($0)\"" } ?? "")
            + "><title>\(escaped(point.title))</title></circle>"
        )
      }
    }
    for one in series where one.isMarked {
      for point in one.points where point.isFinite {
        let isRight = across(point) > right - 80
        lines.append(
          text(
            one.name,
            across(point) + (isRight ? -12 : 12),
            down(point) + 4,
            "legend",
            anchor: isRight ? "end" : "start"
          )
        )
      }
    }
    lines.append(text(xLabel, (left + right) / 2, bottom + 40, "label", anchor: "middle"))
    lines.append(
      "<text class=\"label\" text-anchor=\"middle\" transform=\"translate(18 "
        + "\(short((top + bottom) / 2))) rotate(-90)\">\(escaped(yLabel))</text>"
    )
    lines += legend.lines(from: bottom + 66, series)
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  /// Rules for what the rules of ``LineChart`` do not know.
  package static let rules = """
    .dot { stroke: none; opacity: 0.55 }
    .ring { fill: none; stroke-width: 2.5 }
    circle.found { opacity: 1; stroke: currentColor; stroke-width: 2 }
    """

  /// With a margin, so that no point lies on an axis.
  private static func range(_ values: [Double]) -> ClosedRange<Double> {
    guard let low = values.min(), let high = values.max() else { return 0...1 }
    let margin = (high - low) * 0.05
    return low - margin...high + margin
  }
}

extension ScatterChart.Point {
  fileprivate var isFinite: Bool { x.isFinite && y.isFinite }
}

extension LineChart.Legend {
  /// Points in the place of lines.
  fileprivate func lines(from top: Double, _ series: [ScatterChart.Series]) -> [String] {
    zip(entries, series).flatMap { entry, one in
      let y = top + Double(entry.row) * 20
      let style = one.isMarked ? "ring" : "dot"
      return [
        "<circle class=\"\(style) s\(one.colour % 6)\" cx=\"\(short(entry.x + 14))\" "
          + "cy=\"\(short(y - 4))\" r=\"\(one.isMarked ? 6 : 3.5)\"/>",
        text(entry.name, entry.x + 30, y, "legend"),
      ]
    }
  }
}
