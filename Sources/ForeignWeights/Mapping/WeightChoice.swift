/// Which weights of a checkpoint are wanted, where it holds several sets of them.
package struct WeightChoice: Sendable, Hashable {
  /// The dictionary they lie in, nested ones joined by dots: `state_dict`, `a.b`.
  package var key: String?
  /// What their names begin with, in that dictionary: `module.`.
  package var prefix: String?
  /// Take a moving average of the weights (`state_dict_ema` and the like).
  package var isAveraged = false

  package init(key: String? = nil, prefix: String? = nil, isAveraged: Bool = false) {
    self.key = key
    self.prefix = prefix
    self.isAveraged = isAveraged
  }

  /// The options as they are typed, for messages.
  var text: String {
    var parts: [String] = []
    if let key { parts.append("--key \(key)") }
    if let prefix { parts.append("--prefix \(prefix)") }
    if isAveraged { parts.append("--ema") }
    return parts.joined(separator: " ")
  }

  /// Whether the weights of a set, named by what all their keys begin with, are wanted.
  func allows(_ beginning: String) -> Bool {
    let key = Self.ended(key ?? "")
    guard beginning.hasPrefix(key), !isAveraged || Self.isAveraged(beginning) else { return false }
    guard let prefix = prefix.map(Self.ended) else { return true }
    if prefix.isEmpty { return beginning == key }
    return beginning.hasPrefix(key + prefix) || beginning.hasSuffix("." + prefix)
  }

  /// With the dot behind it.
  static func ended(_ text: String) -> String {
    text.isEmpty || text.hasSuffix(".") ? text : text + "."
  }

  private static let averages: Set<String> = [
    "ema", "swa", "averaged", "average", "avg", "shadow", "polyak", "momentum",
  ]

  /// Whether a key says that what is under it is a moving average: one of its words does.
  static func isAveraged(_ key: String) -> Bool {
    var word = ""
    for character in key + "." {
      if character.isLetter && !(character.isUppercase && word.last?.isLowercase == true) {
        word.append(character)
      } else {
        if averages.contains(word.lowercased()) { return true }
        word = character.isLetter ? String(character) : ""
      }
    }
    return false
  }
}
