import Foundation
import Testing

@testable import Charts

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct LineChartTests {
  private func chart(_ names: [String] = ["a", "b"]) -> LineChart {
    LineChart(
      title: "Best <so far> & more",
      subtitle: "20 seeds",
      xLabel: "evaluations",
      yLabel: "reward",
      series: names.enumerated().map { index, name in
        .init(
          name: name,
          points: (1...50).map { x in
            let y = Double(index) + log(Double(x))
            return .init(x: Double(x), y: y, lower: y - 0.2, upper: y + 0.2)
          }
        )
      }
    )
  }

  /// Collects element names and checks that the text is well-formed XML.
  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [String] = []
    var text = ""
    func parser(
      _ parser: XMLParser,
      didStartElement name: String,
      namespaceURI: String?,
      qualifiedName: String?,
      attributes: [String: String]
    ) { elements.append(name) }
    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
  }

  private func read(_ svg: String) -> Reader? {
    let reader = Reader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    return parser.parse() ? reader : nil
  }

  @Test func picturesAreWellFormedAndHoldEverySeries() throws {
    let reader = try #require(read(chart().svg))
    #expect(reader.elements.filter { $0 == "polyline" }.count == 2)
    #expect(reader.elements.filter { $0 == "polygon" }.count == 2)
    #expect(reader.text.contains("Best <so far> & more"))
    #expect(reader.text.contains("20 seeds"))
    #expect(chart().svg == chart().svg)
  }

  @Test func manySeriesStayApart() throws {
    let svg = chart((0..<13).map { "series number \($0)" }).svg
    #expect(read(svg) != nil)
    let styles = Set(
      svg.split(separator: "\n").filter { $0.hasPrefix("<polyline") }.compactMap {
        $0.split(separator: "\"").dropFirst().first
      }
    )
    #expect(styles.count == 13)
  }

  @Test func oddDataIsDrawn() throws {
    for points: [LineChart.Point] in [
      [], [.init(x: 1, y: 2)], [.init(x: 1, y: .nan), .init(x: 2, y: 3)],
      [.init(x: 0, y: 5), .init(x: 1, y: 5)],
      [.init(x: 0, y: 1), .init(x: 1, y: .infinity), .init(x: 2, y: 1)],
    ] {
      let svg = LineChart(
        title: "t",
        xLabel: "x",
        yLabel: "y",
        series: [.init(name: "s", points: points)]
      ).svg
      #expect(read(svg) != nil)
      #expect(!svg.contains("nan") && !svg.contains("inf"))
    }
  }

  /// Points without neighbours are whole dots, and names beside them do not lie on each other.
  @Test func dotsHaveTheirNamesBesideThem() throws {
    var chart = chart([])
    chart.series = ["left", "near", "nearer", "right"].enumerated().map { index, name in
      .init(name: name, points: [.init(x: [0, 5, 5.01, 10][index], y: [1, 2, 2.01, 3][index])])
    }
    chart.namesPoints = true
    let reader = try #require(read(chart.svg))
    #expect(reader.elements.count { $0 == "circle" } == 4)
    #expect(!reader.elements.contains("polyline"))
    func numbers(_ pattern: Regex<(Substring, Substring)>) -> [Double] {
      chart.svg.matches(of: pattern).compactMap { Double($0.1) }
    }
    let edges =
      numbers(/<rect x="([0-9.]+)"/) + numbers(/<rect x="68" y="[0-9.]+" width="([0-9.]+)"/)
    let centres = numbers(/cx="([0-9.]+)"/)
    #expect(centres.allSatisfy { $0 > edges[0] + 5 && $0 < edges[0] + edges[1] - 5 })
    let heights = numbers(/class="legend" x="[0-9.]+" y="([0-9.]+)"/).sorted()
    #expect(heights.count == 4 && zip(heights, heights.dropFirst()).allSatisfy { $1 - $0 >= 13.9 })
    // The same point often: an end without end, once.
    for place in stride(from: 0.1, to: 40, by: 0.37) {
      chart.series = (0..<5).map { .init(name: "\($0)", points: [.init(x: place, y: place / 3)]) }
      #expect(read(chart.svg) != nil)
    }
  }

  @Test func theAxisCanLeaveOutTheFirstSteps() {
    #expect(chart().yRange == nil)
    let focused = chart(["a"]).focused(from: 10)
    let (low, high) = (log(10.0) - 0.2, log(50.0) + 0.2)
    #expect(focused.yRange == low - (high - low) * 0.04...high + (high - low) * 0.04)
    #expect(chart().focused(from: 51) == chart())
  }

  @Test func ticksAreRoundAndInside() {
    var seed = 1.0
    for _ in 0..<500 {
      seed = (seed * 16807).truncatingRemainder(dividingBy: 2_147_483_647)
      let low = seed / 1e6 - 1000
      let width = exp((seed / 2_147_483_647) * 20 - 10)
      let axis = AxisScale(low...low + width, maximumTicks: 7)
      #expect((1...8).contains(axis.ticks.count))
      #expect(axis.ticks.allSatisfy { $0 >= low - width * 1e-6 && $0 <= low + width * (1 + 1e-6) })
      #expect(Set(axis.ticks.map(axis.label)).count == axis.ticks.count)
    }
    let axis = AxisScale(0.7...0.78, maximumTicks: 5)
    #expect(axis.ticks.map(axis.label) == ["0.70", "0.72", "0.74", "0.76", "0.78"])
  }
}
