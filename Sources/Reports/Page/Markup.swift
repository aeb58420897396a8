import Charts

/// A piece of a page, well-formed both as HTML and as XML: texts and attributes are escaped, and every
/// element is closed.
///
/// A string literal is text.
struct Markup: Sendable, Hashable, ExpressibleByStringInterpolation {
  /// What is written.
  let source: String

  private init(source: String) { self.source = source }

  init(stringLiteral text: String) { self = .text(text) }

  static func text(_ text: String) -> Markup { Markup(source: escaped(text)) }

  /// A picture of the room `Charts`, which escapes its own texts.
  static func chart(_ svg: String) -> Markup { Markup(source: svg) }

  static func element(
    _ name: String,
    _ attributes: KeyValuePairs<String, String> = [:],
    _ content: [Markup]
  ) -> Markup {
    var source = "<" + name
    for (key, value) in attributes { source += " \(key)=\"\(escaped(value))\"" }
    if content.isEmpty, voidElements.contains(name) { return Markup(source: source + "/>") }
    source += ">"
    for piece in content { source += piece.source }
    return Markup(source: source + "</\(name)>" + (blockElements.contains(name) ? "\n" : ""))
  }

  static func element(
    _ name: String,
    _ attributes: KeyValuePairs<String, String> = [:],
    _ content: Markup...
  ) -> Markup {
    element(name, attributes, content)
  }

  /// Data for scripts and programs. Brackets and ampersands are written as escapes of JSON, so nothing
  /// in it can end the element.
  static func data(_ json: String, id: String) -> Markup {
    var result = String.UnicodeScalarView()
    for scalar in json.unicodeScalars {
      switch scalar {
      case "<", ">", "&", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FFFE}", "\u{FFFF}":
        let digits = String(scalar.value, radix: 16)
        let escape = "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        result.append(contentsOf: escape.unicodeScalars)
      default: result.append(scalar)
      }
    }
    return Markup(
      source: "<script type=\"application/json\" id=\"\(escaped(id))\">\(String(result))</script>\n"
    )
  }

  /// A constant of this program, which has neither brackets that open nor ampersands.
  static func constant(_ name: String, _ text: String) -> Markup {
    Markup(source: "<\(name)>\(text)</\(name)>\n")
  }

  private static let voidElements: Set = ["meta", "img", "br", "hr"]
  private static let blockElements: Set = [
    "head", "meta", "title", "body", "section", "h1", "h2", "h3", "p", "tr", "table", "details",
    "figure", "div", "ul", "li", "nav", "footer", "header", "pre",
  ]
}
