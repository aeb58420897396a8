import Families
import Foundation
import Study

/// Every figure of a report: what the page shows, what is embedded in it and what `--json` prints.
///
/// A part is nil or empty where what is reported on does not have it; `notes` say what is missing.
package struct ReportFigures: Sendable, Encodable {
  var schema = "regnas.report/1"
  var title: String
  /// Two sentences.
  var verdict: String
  /// What a reader should know of: what is missing and what is doubtful.
  var notes: [String] = []
  var family: FamilyReport?
  var evaluations: EvaluationFigures?
  var flips: [PairFlips] = []
  var gallery: [GalleryPair] = []
  var blocks: BlockComparison?
  var curves: [Curve] = []
  var configuration: [Setting] = []
  var provenance: [Fact] = []
  var commands: [String] = []
  var studies: [StudyFigures]?

  init(title: String, verdict: String) {
    self.title = title
    self.verdict = verdict
  }

  /// A key of the configuration.
  struct Setting: Sendable, Encodable {
    var key: String
    var value: String
    var standard: String
    var isChanged: Bool { value != standard }

    private enum CodingKeys: String, CodingKey {
      case key, value
      case standard = "default"
    }
  }

  struct Fact: Sendable, Encodable {
    var name: String
    var value: String
  }

  /// With sorted keys, so that equal figures give equal bytes.
  package func json(isPretty: Bool) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
