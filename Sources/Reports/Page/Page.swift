import AtomicFiles
import Charts
import Foundation
import HDF5

/// A part of a report with a heading.
struct ReportSection {
  /// What links name it by.
  var id: String
  var title: String
  var content: [Markup]
}

/// A report as one file without requests to anything. A policy in its head forbids all but its own
/// styles, pictures and its one script, which is known by its digest: were a name from outside ever
/// taken for a script, it would not run.
struct Page {
  var title: String
  /// Below the title.
  var lead: [Markup]
  var sections: [ReportSection]
  /// JSON.
  var data: String

  /// What a file of ours has near its beginning.
  static let marker = "<meta name=\"generator\" content=\"regnas report "

  /// Throws `StorageError` where no digest can be computed.
  func html() throws -> String {
    let head: [Markup] = [
      .element("meta", ["charset": "utf-8"]),
      .element("meta", ["name": "generator", "content": "regnas report \(Program.version)"]),
      .element("meta", ["http-equiv": "Content-Security-Policy", "content": try policy]),
      .element(
        "meta",
        ["name": "viewport", "content": "width=device-width, initial-scale=1"]
      ),
      .element("meta", ["name": "color-scheme", "content": "light dark"]),
      .element("title", [:], .text(title)),
      .constant("style", PageStyle.rules),
    ]
    let links = sections.map { section in
      Markup.element("a", ["href": "#" + section.id], .text(section.title))
    }
    let body: [Markup] =
      [
        .element("header", [:], [.element("h1", [:], .text(title))] + lead),
        .element("nav", ["aria-label": "Parts of this report"], links),
      ]
      + sections.map { section in
        .element(
          "section",
          ["id": section.id],
          [.element("h2", [:], .text(section.title))] + section.content
        )
      }
      + [
        .element("footer", [:], .text("Written by \(Program.identity).")),
        .data(data, id: "figures"),
        .constant("script", PageScript.text),
      ]
    let root = Markup.element(
      "html",
      ["xmlns": "http://www.w3.org/1999/xhtml", "lang": "en"],
      .element("head", [:], head),
      .element("body", [:], body)
    )
    return "<!DOCTYPE html>\n" + root.source + "\n"
  }

  private var policy: String {
    get throws {
      let digits = Array(try SHA256.of(PageScript.text))
      let bytes = stride(from: 0, to: digits.count, by: 2).map {
        UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0
      }
      let digest = Data(bytes).base64EncodedString()
      return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        + "script-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'"
    }
  }
}
