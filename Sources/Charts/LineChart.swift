import Foundation

/// Lines with interval bands, as a stand-alone SVG picture.
///
/// Readable on light and dark pages: text and axes take the page's scheme (`prefers-color-scheme`)
/// on a background of their own; the colours of the series keep their contrast on both and can be
/// told apart with the common colour deficiencies (Okabe and Ito, 2008). Equal charts give equal
/// text. Values that are not finite break a line; a point without neighbours is a dot.
package struct LineChart: Sendable, Hashable {
  package struct Point: Sendable, Hashable {
    package var x: Double
    package var y: Double
    /// The band at this point; equal to `y` for none.
    package var lower: Double
    package var upper: Double

    package init(x: Double, y: Double, lower: Double? = nil, upper: Double? = nil) {
      self.x = x
      self.y = y
      self.lower = lower ?? y
      self.upper = upper ?? y
    }
    var isFinite: Bool { x.isFinite && y.isFinite && lower.isFinite && upper.isFinite }
  }

  package struct Series: Sendable, Hashable {
    package var name: String
    /// With ascending `x`.
    package var points: [Point]

    package init(name: String, points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  package var title: String
  /// A line below the title: what the bands are, how many runs.
  package var subtitle: String
  package var xLabel: String
  package var yLabel: String
  package var series: [Series]
  /// The part of the y axis that is shown; nil for all of it.
  package var yRange: ClosedRange<Double>?
  /// Whether the name of a series stands beside its last point, and not below the picture.
  package var namesPoints = false
  /// Whether every point has a dot: where there are few, each measured. One by itself always has one.
  package var marksPoints = false
  package var width = 760
  package var height = 460

  package init(
    title: String,
    subtitle: String = "",
    xLabel: String,
    yLabel: String,
    series: [Series],
    yRange: ClosedRange<Double>? = nil
  ) {
    self.title = title
    self.subtitle = subtitle
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
    self.yRange = yRange
  }

  package var svg: String { picture() }

  /// The same as an element of a page that has the ``rules``. `plot` is a name that must be unique
  /// there.
  package func inline(_ plot: String) -> String { picture(plot: plot, isStyled: false) }

  /// Several charts below each other in one picture.
  package static func column(_ charts: [LineChart]) -> String {
    guard charts.count > 1 else { return charts.first?.svg ?? "" }
    let width = charts.map(\.width).max() ?? 0
    var (parts, height): ([String], Int) = ([], 0)
    for (index, chart) in charts.enumerated() {
      parts.append(chart.picture(place: " y=\"\(height)\"", plot: "plot\(index + 1)"))
      height += chart.height
    }
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" "
      + "width=\"\(width)\" height=\"\(height)\" role=\"img\">\n" + parts.joined() + "</svg>\n"
  }

  /// `place` are attributes for where it stands in another picture; `plot` is the one name that must be
  /// unique there.
  private func picture(
    place: String = "",
    plot: String = "plot",
    isStyled: Bool = true
  ) -> String {
    let left = 68.0
    let right = Double(width) - 24
    let top = subtitle.isEmpty ? 52.0 : 70.0
    let legend = Legend(namesPoints ? [] : series.map(\.name), left: left, right: right)
    let bottom = Double(height) - 56 - legend.height
    let finite = series.flatMap(\.points).filter(\.isFinite)
    let xRange = Self.range(finite.map(\.x))
    // A dot at the end would be cut in two.
    let x = AxisScale(
      namesPoints || marksPoints ? Self.padded(xRange) : xRange,
      maximumTicks: 8
    )
    let y = AxisScale(
      yRange ?? Self.padded(Self.range(finite.flatMap { [$0.lower, $0.upper] })),
      maximumTicks: 6
    )
    func across(_ value: Double) -> Double { left + x.position(value) * (right - left) }
    func down(_ value: Double) -> Double { bottom - y.position(value) * (bottom - top) }

    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\"\(place) "
        + "width=\"\(width)\" height=\"\(height)\" role=\"img\">",
      "<title>\(escaped(title))</title>",
    ]
    if isStyled { lines.append(Self.style) }
    lines += [
      "<clipPath id=\"\(plot)\"><rect x=\"\(short(left))\" y=\"\(short(top))\" "
        + "width=\"\(short(right - left))\" height=\"\(short(bottom - top))\"/></clipPath>",
      "<rect class=\"page\" width=\"\(width)\" height=\"\(height)\" rx=\"6\"/>",
      text(title, left, 32, "title"),
    ]
    if !subtitle.isEmpty { lines.append(text(subtitle, left, 52, "muted")) }
    for tick in y.ticks {
      lines.append(segment(left, down(tick), right, down(tick), "grid"))
      lines.append(text(y.label(tick), left - 8, down(tick) + 4, "tick", anchor: "end"))
    }
    for tick in x.ticks {
      lines.append(segment(across(tick), bottom, across(tick), bottom + 5, "axis"))
      lines.append(text(x.label(tick), across(tick), bottom + 19, "tick", anchor: "middle"))
    }
    lines.append(segment(left, bottom, right, bottom, "axis"))
    lines.append("<g clip-path=\"url(#\(plot))\">")
    for (index, one) in series.enumerated() {
      for run in Self.runs(one.points) where run.contains(where: { $0.lower != $0.upper }) {
        let edge = run.map { ($0.x, $0.upper) } + run.reversed().map { ($0.x, $0.lower) }
        let path = edge.map { "\(short(across($0.0))),\(short(down($0.1)))" }
        lines.append(
          "<polygon class=\"band s\(index % 6)\" points=\"\(path.joined(separator: " "))\"/>"
        )
      }
    }
    for (index, one) in series.enumerated() {
      for run in Self.runs(one.points) {
        for point in marksPoints || run.count == 1 ? run : [] {
          lines.append(
            "<circle class=\"s\(index % 6)\" cx=\"\(short(across(point.x)))\" "
              + "cy=\"\(short(down(point.y)))\" r=\"4.5\"/>"
          )
        }
        guard run.count > 1 else { continue }
        let path = run.map { "\(short(across($0.x))),\(short(down($0.y)))" }
        lines.append(
          "<polyline class=\"line s\(index % 6) d\(index / 6 % 3)\" "
            + "points=\"\(path.joined(separator: " "))\"/>"
        )
      }
    }
    lines.append("</g>")
    if namesPoints {
      let places = series.compactMap { one in
        one.points.last { $0.isFinite }.map { (one.name, across($0.x), down($0.y)) }
      }
      lines += Self.names(places, right: right)
    }
    lines.append(text(xLabel, (left + right) / 2, bottom + 40, "label", anchor: "middle"))
    let middle = short((top + bottom) / 2)
    lines.append(
      "<text class=\"label\" text-anchor=\"middle\" "
        + "transform=\"translate(18 \(middle)) rotate(-90)\">\(escaped(yLabel))</text>"
    )
    lines += legend.lines(from: bottom + 66)
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  /// Names beside their points, moved down where another name is in the way.
  private static func names(_ places: [(name: String, x: Double, y: Double)], right: Double)
    -> [String]
  {
    var taken: [(left: Double, right: Double, y: Double)] = []
    return places.sorted { ($0.y, $0.x) < ($1.y, $1.x) }.map { place in
      // As wide as a legend takes a letter to be.
      let width = Double(place.name.count) * 7
      let isLeft = place.x + 10 + width > right
      let left = isLeft ? place.x - 10 - width : place.x + 10
      var y = place.y
      while let other = taken.first(where: {
        // Less than it is moved by, so that rounding leaves no name in the way of itself.
        abs($0.y - y) < 13.5 && $0.left < left + width && left < $0.right
      }) {
        y = other.y + 14
      }
      taken.append((left, left + width, y))
      return text(
        place.name,
        isLeft ? place.x - 10 : place.x + 10,
        y + 4,
        "legend",
        anchor: isLeft ? "end" : "start"
      )
    }
  }

  /// The same chart with its y axis fitted to the points at and beyond `x`, so that what comes before
  /// (the first, arbitrary steps of a search) does not flatten the rest. Unchanged when there are none.
  package func focused(from x: Double) -> LineChart {
    let points = series.flatMap(\.points).filter { $0.isFinite && $0.x >= x }
    guard !points.isEmpty else { return self }
    var result = self
    result.yRange = Self.padded(Self.range(points.flatMap { [$0.lower, $0.upper] }))
    return result
  }

  private static func range(_ values: [Double]) -> ClosedRange<Double> {
    guard let low = values.min(), let high = values.max() else { return 0...1 }
    return low...high
  }

  private static func padded(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    let margin = (range.upperBound - range.lowerBound) * 0.04
    return range.lowerBound - margin...range.upperBound + margin
  }

  /// The runs of finite points.
  private static func runs(_ points: [Point]) -> [[Point]] {
    points.split { !$0.isFinite }.map(Array.init)
  }
}
