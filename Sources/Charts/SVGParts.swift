import Foundation

// The pieces a chart is drawn from.

/// Text as the content of an element or of an attribute in quotes, in XML and HTML.
///
/// Scalar by scalar: to Swift a bracket with a combining mark behind it is another character than the
/// bracket. What XML takes in no form, control characters above all, becomes U+FFFD.
package func escaped(_ text: String) -> String {
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result.append(contentsOf: "&amp;".unicodeScalars)
    case "<": result.append(contentsOf: "&lt;".unicodeScalars)
    case ">": result.append(contentsOf: "&gt;".unicodeScalars)
    case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
    case "\t", "\n": result.append(scalar)
    case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result.append("\u{FFFD}")
    default: result.append(scalar)
    }
  }
  return String(result)
}

/// A coordinate with at most two decimals.
func short(_ value: Double) -> String {
  let rounded = (value * 100).rounded() / 100
  if rounded == rounded.rounded() { return "\(Int(rounded))" }
  return String(format: "%.2f", rounded).trimmingZeros
}

extension String {
  fileprivate var trimmingZeros: String {
    String(reversed().drop { $0 == "0" }.reversed())
  }
}

func text(
  _ content: String,
  _ x: Double,
  _ y: Double,
  _ style: String,
  anchor: String = "start"
) -> String {
  "<text class=\"\(style)\" x=\"\(short(x))\" y=\"\(short(y))\" text-anchor=\"\(anchor)\">"
    + "\(escaped(content))</text>"
}

func segment(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> String {
  "<line class=\"\(style)\" x1=\"\(short(x1))\" y1=\"\(short(y1))\" "
    + "x2=\"\(short(x2))\" y2=\"\(short(y2))\"/>"
}

extension LineChart {
  /// Okabe and Ito's palette with grey for its yellow, and its two blues one to a scheme.
  static let style = "<style>\n" + rules + "\n</style>"

  /// What is between the tags of ``style``: for a page that shows charts without one of their own.
  package static let rules = """
    text { font: 12px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #24292f }
    .title { font-size: 16px; font-weight: 600 }
    .label { font-size: 13px }
    .muted, .tick { fill: #57606a }
    .page { fill: #ffffff }
    .grid { stroke: #d0d7de; stroke-width: 1 }
    .axis { stroke: #57606a; stroke-width: 1 }
    .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }
    .band { stroke: none; opacity: 0.18 }
    .d1 { stroke-dasharray: 7 4 }
    .d2 { stroke-dasharray: 2 4 }
    .s0 { stroke: #0072b2; fill: #0072b2 }
    .s1 { stroke: #d55e00; fill: #d55e00 }
    .s2 { stroke: #009e73; fill: #009e73 }
    .s3 { stroke: #cc79a7; fill: #cc79a7 }
    .s4 { stroke: #e69f00; fill: #e69f00 }
    .s5 { stroke: #6e7781; fill: #6e7781 }
    .line { fill: none }
    .band { stroke: none }
    @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .muted, .tick { fill: #9da7b3 }
    .page { fill: #0d1117 }
    .grid { stroke: #30363d }
    .axis { stroke: #9da7b3 }
    .s0 { stroke: #56b4e9; fill: #56b4e9 }
    .s5 { stroke: #b1bac4; fill: #b1bac4 }
    .line { fill: none }
    .band { stroke: none; opacity: 0.26 }
    }
    """

  /// The names of the series beside a piece of their line, in as many rows as they need.
  struct Legend {
    private(set) var entries: [(name: String, x: Double, row: Int)] = []
    var height: Double { entries.last.map { Double($0.row + 1) * 20 } ?? 0 }

    init(_ names: [String], left: Double, right: Double) {
      var (x, row) = (left, 0)
      for name in names {
        // The width of a letter is not known here; 7 is on the wide side for 12 pixels.
        let width = 30 + Double(name.count) * 7 + 22
        if x + width > right, x > left { (x, row) = (left, row + 1) }
        entries.append((name, x, row))
        x += width
      }
    }

    func lines(from top: Double) -> [String] {
      entries.enumerated().flatMap { index, entry in
        let y = top + Double(entry.row) * 20
        return [
          segment(entry.x, y - 4, entry.x + 22, y - 4, "line s\(index % 6) d\(index / 6 % 3)"),
          text(entry.name, entry.x + 30, y, "legend"),
        ]
      }
    }
  }
}
