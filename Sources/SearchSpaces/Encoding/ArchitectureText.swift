import Decisions
import Foundation
import Networks

/// Architectures as text, for the command line, tables and files.
///
/// Four forms are read; the first two are also written:
/// - one character per decision, grouped by what they belong to: `1.21.00.--.2.10.00.00`.
///   Choices count from 0, in digits, then letters; `-` stands for decisions that do not exist in
///   this network. Dots are for the eye.
/// - the decisions by name: `{"stage1.depth": 3, "block1.kernel": 5}` or `stage1.depth=3,
///   block1.kernel=5`. Decisions that do not exist may be left out.
/// - the published encoding: `{"ks": [3, 5, ...], "e": [...], "d": [...]}`.
/// - `smallest` and `largest`.
extension SearchSpace {
  /// One character per decision; see above.
  public func code(_ architecture: Architecture) -> String {
    var result = ""
    var group: Substring?
    for (decision, choice) in zip(decisions.decisions, architecture.choices) {
      let next = decision.name.prefix { $0 != "." }
      if let group, group != next { result.append(".") }
      group = next
      result.append(choice < 0 ? "-" : codeDigits[choice])
    }
    return result
  }

  /// The names and choices of the decisions that exist, in order.
  public func namedChoices(_ architecture: Architecture) -> [(name: String, choice: String)] {
    zip(decisions.decisions, architecture.choices).filter { $1 >= 0 }
      .map { ($0.name, $0.choices[$1]) }
  }

  /// `{"stage1.depth": 3, ...}` on one line; numbers where the choices are numbers.
  public func json(_ architecture: Architecture) -> String {
    let entries = namedChoices(architecture).map { name, choice in
      "\(quoted(name)): \(Double(choice) == nil ? quoted(choice) : choice)"
    }
    return "{" + entries.joined(separator: ", ") + "}"
  }

  /// The architecture that a text describes in any of the forms above.
  ///
  /// Throws ``SpaceError`` saying which decision or entry is wrong, with its choices.
  public func architecture(_ text: String) throws -> Architecture {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    switch text {
    case "smallest": return smallest
    case "largest": return largest
    case _ where text.hasPrefix("{"): return try architecture(json: text)
    case _ where text.contains("="): return try architecture(pairs: text)
    default: return try architecture(code: text)
    }
  }

  private func architecture(json: String) throws -> Architecture {
    let data = Data(json.utf8)
    if let encoding = publishedEncoding,
      let configuration = try? JSONDecoder().decode(OFAConfiguration.self, from: data),
      configuration.lists.keys.contains(where: encoding.lists.map(\.key).contains)
    {
      return try architecture(configuration)
    }
    do {
      return try architecture(
        named: JSONDecoder().decode([String: JSONLabel].self, from: data).mapValues(\.label)
      )
    } catch let error as DecodingError {
      throw SpaceError.malformedArchitecture(
        space: name,
        reason: "it is not a JSON object of names and choices (\(reason(error)))"
      )
    }
  }

  private func architecture(pairs: String) throws -> Architecture {
    var named: [String: String] = [:]
    for pair in pairs.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
      let sides = pair.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2 else {
        throw SpaceError.malformedArchitecture(
          space: name,
          reason: "'\(pair)' is not of the form name=choice"
        )
      }
      guard named.updateValue(String(sides[1]), forKey: String(sides[0])) == nil else {
        throw SpaceError.invalidEntry(
          space: name,
          entry: String(sides[0]),
          reason: "is given twice"
        )
      }
    }
    return try architecture(named: named)
  }

  private func architecture(named: [String: String]) throws -> Architecture {
    let names = decisions.decisions.map(\.name)
    for given in named.keys.sorted() where !names.contains(given) {
      let hint = nearestName(to: given, among: names).map { "; did you mean '\($0)'?" } ?? ""
      throw SpaceError.malformedArchitecture(
        space: name,
        reason: "it names '\(given)', which is no decision" + hint
      )
    }
    var choices: [Int] = []
    for (index, decision) in decisions.decisions.enumerated() {
      let isActive = decisions.isActive(index, given: choices)
      guard let label = named[decision.name] else {
        guard !isActive else {
          throw SpaceError.invalidEntry(
            space: name,
            entry: decision.name,
            reason: "is missing; its choices are \(decision.choices.joined(separator: ", "))"
          )
        }
        choices.append(Assignment.inactive)
        continue
      }
      guard let choice = decision.choice(labelled: label) else {
        throw SpaceError.invalidEntry(
          space: name,
          entry: decision.name,
          reason: "is \(label); its choices are \(decision.choices.joined(separator: ", "))"
        )
      }
      choices.append(isActive ? choice : Assignment.inactive)
    }
    return try decisions.canonical(choices)
  }

  private func architecture(code: String) throws -> Architecture {
    let digits = code.filter { $0 != "." }
    guard digits.count == decisions.count else {
      throw SpaceError.malformedArchitecture(
        space: name,
        reason: "'\(code)' has \(digits.count) characters without dots; the space has "
          + "\(decisions.count) decisions"
      )
    }
    var choices: [Int] = []
    for (decision, digit) in zip(decisions.decisions, digits) {
      let isActive = decisions.isActive(choices.count, given: choices)
      let choice = digit == "-" ? Assignment.inactive : codeDigits.firstIndex(of: digit) ?? -1
      let isChoice = decision.choices.indices.contains(choice)
      guard isActive ? isChoice : isChoice || digit == "-" else {
        throw SpaceError.invalidEntry(
          space: name,
          entry: decision.name,
          reason: "is '\(digit)'; its choices \(decision.choices.joined(separator: ", ")) are "
            + "written 0 to \(codeDigits[decision.choices.count - 1])"
        )
      }
      choices.append(isActive ? choice : Assignment.inactive)
    }
    return try decisions.canonical(choices)
  }
}

/// The digits of ``SearchSpace/code(_:)``: as many as a decision can have choices.
let codeDigits = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/")

extension Decision {
  /// `0.20` and `3.0` are read as `0.2` and `3`.
  fileprivate func choice(labelled label: String) -> Int? {
    choices.firstIndex(of: label)
      ?? Double(label).flatMap { choices.firstIndex(of: choiceLabel($0)) }
  }
}

/// A number or a string of a JSON object, as a choice's label.
private struct JSONLabel: Decodable {
  var label: String

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      label = choiceLabel(number)
    } else {
      label = try container.decode(String.self)
    }
  }
}

private func quoted(_ text: String) -> String {
  let escaped = text.replacingOccurrences(of: "\\", with: "\\\\")
    .replacingOccurrences(of: "\"", with: "\\\"")
  return "\"\(escaped)\""
}

private func reason(_ error: DecodingError) -> String {
  switch error {
  case .typeMismatch(_, let context), .valueNotFound(_, let context),
    .keyNotFound(_, let context), .dataCorrupted(let context):
    context.debugDescription
  @unknown default: "unreadable"
  }
}
