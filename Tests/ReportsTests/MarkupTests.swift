import Charts
import Foundation
import Testing

@testable import Reports

@Suite struct MarkupTests {
  /// Text from outside stays text, whatever is in it and wherever it is put.
  @Test func hostileTextStaysText() throws {
    let markup = Markup.element(
      "div",
      ["title": hostileName],
      .text(hostileName),
      .data("{\"a\": \"\(hostileName.filter { $0 != "\"" && $0 != "\u{1}" })\"}", id: hostileName)
    )
    let page = try PageReading(markup.source)
    let readable = hostileName.replacingOccurrences(of: "\u{1}", with: "\u{FFFD}")
    #expect(page.text.contains(readable))
    #expect(page.attributes["title"] == [readable])
    #expect(page.counts["script"] == 1 && page.counts["b"] == nil)
    let object = try page.figures()
    #expect((object["a"] as? String)?.hasPrefix("</script><script>alert('x')") == true)
    // A browser ends a script at these letters wherever they are.
    #expect(markup.source.components(separatedBy: "</script").count == 2)
  }

  /// A bracket with a combining mark is one character to Swift, and a bracket to a browser.
  @Test func bracketsWithCombiningMarksAreEscaped() {
    #expect(escaped("<\u{338}b") == "&lt;\u{338}b")
    #expect(escaped("a\u{0}\u{FFFE}\t\n") == "a\u{FFFD}\u{FFFD}\t\n")
  }

  /// What the page's own style and script may not hold, since HTML and XML read it differently.
  @Test func constantsNeedNoEscapes() {
    for text in [PageStyle.rules, PageScript.text] {
      #expect(!text.contains("<") && !text.contains("&"))
    }
  }

  @Test func namesBesideFamilies() {
    #expect(ReportFile.path(beside: "runs/a/family.h5") == "runs/a/report.html")
    #expect(ReportFile.path(beside: "family.h5") == "report.html")
    #expect(ReportFile.path(beside: "/other.h5") == "//other.html")
    #expect(ReportFile.path(beside: "x/other.h5") == "x/other.html")
  }
}
