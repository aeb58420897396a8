import Foundation

/// A line of a `metrics.jsonl`.
struct MetricsLine {
  var step: Int
  /// By name. A value that was not finite is not there.
  var values: [(name: String, value: Double)]

  /// The lines of each phase, in the order in which they stand there. What is no line of a run's metrics is
  /// left out.
  static func phases(of log: String) -> [(phase: String, lines: [MetricsLine])] {
    // Not `JSONSerialization`, which rounds numbers of many digits twice.
    let decoder = JSONDecoder()
    var phases: [(phase: String, lines: [MetricsLine])] = []
    for text in log.split(separator: "\n") {
      guard let entries = try? decoder.decode([String: Entry].self, from: Data(text.utf8)),
        case .text(let phase) = entries["phase"], isName(phase),
        case .number(let number) = entries["step"], let step = Int(exactly: number)
      else { continue }
      let values = entries.keys.sorted().compactMap { name -> (name: String, value: Double)? in
        guard name != "step", case .number(let value) = entries[name] else { return nil }
        return (name, value)
      }
      let line = MetricsLine(step: step, values: values)
      if let index = phases.firstIndex(where: { $0.phase == phase }) {
        phases[index].lines.append(line)
      } else {
        phases.append((phase, [line]))
      }
    }
    return phases
  }

  private enum Entry: Decodable {
    case text(String)
    case number(Double)
    case none

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let number = try? value.decode(Double.self) {
        self = .number(number)
      } else if let text = try? value.decode(String.self) {
        self = .text(text)
      } else {
        self = .none
      }
    }
  }

  /// Whether a phase's name can be a folder's.
  static func isName(_ phase: String) -> Bool {
    !phase.isEmpty && phase.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
  }
}
