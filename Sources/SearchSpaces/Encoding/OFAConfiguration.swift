import Decisions
import Foundation
import Networks

/// An architecture in the published encoding: `{"ks": [...], "e": [...], "d": [...]}`.
package struct OFAConfiguration: Sendable, Hashable {
  /// Lists by key; a scalar is a list of one.
  package var lists: [String: [Double]]

  package init(lists: [String: [Double]]) { self.lists = lists }
}

extension OFAConfiguration: Codable {
  private enum Entry: Codable {
    case list([Double])
    case scalar(Double)
    case null

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let scalar = try? container.decode(Double.self) {
        self = .scalar(scalar)
      } else {
        self = .list(try container.decode([Double].self))
      }
    }
  }

  package init(from decoder: any Decoder) throws {
    // A null, as the published sampler writes for `wid`, says nothing.
    lists = try [String: Entry](from: decoder).compactMapValues { entry in
      switch entry {
      case .list(let list): list
      case .scalar(let scalar): [scalar]
      case .null: nil
      }
    }
  }

  package func encode(to encoder: any Encoder) throws { try lists.encode(to: encoder) }
}

extension SearchSpace {
  /// The architecture of a configuration in the published encoding.
  ///
  /// Throws ``SpaceError`` naming the entry that is missing, of the wrong length, unknown, or not a
  /// choice (with its choices).
  package func architecture(_ configuration: OFAConfiguration) throws -> Architecture {
    guard let encoding = publishedEncoding else {
      throw SpaceError.malformedArchitecture(
        space: name,
        reason: "the space has no published encoding; name its decisions instead"
      )
    }
    let keys = encoding.lists.map(\.key)
    for key in configuration.lists.keys.sorted() where !keys.contains(key) {
      throw SpaceError.malformedArchitecture(
        space: name,
        reason: "it has an unknown key '\(key)'; the keys are \(keys.joined(separator: ", "))"
      )
    }
    var choices = [Int](repeating: 0, count: decisions.count)
    for list in encoding.lists {
      guard let given = configuration.lists[list.key] else {
        throw SpaceError.malformedArchitecture(
          space: name,
          reason: "the key '\(list.key)' is missing"
        )
      }
      guard given.count == list.elements.count || given.count == 1 else {
        throw SpaceError.malformedArchitecture(
          space: name,
          reason: "'\(list.key)' has \(given.count) numbers; it takes \(list.elements.count), "
            + "or one for all"
        )
      }
      for (index, element) in list.elements.enumerated() {
        let number = given.count == 1 ? given[0] : given[index]
        if let choice = element.choice(of: number) {
          if let decision = element.decision { choices[decision] = choice }
          continue
        }
        let purpose = element.decision.map { " (\(decisions.decisions[$0].name))" } ?? ""
        throw SpaceError.invalidEntry(
          space: name,
          entry: "\(list.key)[\(index)]\(purpose)",
          reason: "is \(choiceLabel(number)); its choices are "
            + element.values.map(choiceLabel).joined(separator: ", ")
        )
      }
    }
    return try decisions.canonical(choices)
  }

  /// The published encoding of an architecture, if the space has one. Ignored entries hold the
  /// least choice.
  package func ofaConfiguration(_ architecture: Architecture) -> OFAConfiguration? {
    guard let encoding = publishedEncoding else { return nil }
    return OFAConfiguration(
      lists: Dictionary(
        uniqueKeysWithValues: encoding.lists.map { list in
          (
            list.key,
            list.elements.map { element in
              element.values[element.decision.map { max(0, architecture[$0]) } ?? 0]
            }
          )
        }
      )
    )
  }

  /// The published encoding of an architecture as JSON on one line, if the space has one.
  package func ofaJSON(_ architecture: Architecture) -> String? {
    guard let encoding = publishedEncoding, let lists = ofaConfiguration(architecture)?.lists
    else { return nil }
    let entries = encoding.lists.map { list in
      let numbers = (lists[list.key] ?? []).map(choiceLabel).joined(separator: ", ")
      return "\"\(list.key)\": [\(numbers)]"
    }
    return "{" + entries.joined(separator: ", ") + "}"
  }
}
