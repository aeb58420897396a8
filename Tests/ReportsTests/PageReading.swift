import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A page as an XML parser reads it: that it can is the proof that it is well-formed.
final class PageReading: NSObject, XMLParserDelegate {
  /// How often each element occurs.
  private(set) var counts: [String: Int] = [:]
  /// What is to be read: all text outside of scripts and styles, with blanks as they are.
  private(set) var text = ""
  private(set) var attributes: [String: [String]] = [:]
  /// The text of each script, by its type; `""` for what runs.
  private(set) var scripts: [String: String] = [:]
  private var open: [(name: String, type: String)] = []

  /// Ends the test where the page is not well-formed.
  init(_ html: String, at location: SourceLocation = #_sourceLocation) throws {
    super.init()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = self
    let isSound = parser.parse()
    let complaint: Comment = "line \(parser.lineNumber): \("\(parser.parserError as Any)")"
    try #require(isSound, complaint, sourceLocation: location)
  }

  func parser(
    _ parser: XMLParser,
    didStartElement name: String,
    namespaceURI: String?,
    qualifiedName: String?,
    attributes: [String: String]
  ) {
    counts[name, default: 0] += 1
    open.append((name, attributes["type"] ?? ""))
    for (key, value) in attributes { self.attributes[key, default: []].append(value) }
  }

  func parser(
    _ parser: XMLParser,
    didEndElement name: String,
    namespaceURI: String?,
    qualifiedName: String?
  ) {
    _ = open.popLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    switch open.last?.name {
    case "script": scripts[open.last?.type ?? "", default: ""] += string
    case "style": break
    default: text += string
    }
  }

  /// The embedded figures.
  func figures() throws -> [String: Any] {
    let data = Data((scripts["application/json"] ?? "").utf8)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }
}
