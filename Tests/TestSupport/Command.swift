import Testing

/// The arguments of a program, written as one would type them.
///
/// ```swift
/// let command: Command = "space describe \(name) --architecture '{"d": 2}' --json"
/// ```
///
/// Blanks and line breaks part words. Single or double quotes keep a word with blanks together; a
/// backslash stands for itself. What is interpolated is never split, whatever is in it; another
/// command adds its words.
package struct Command: Sendable, Hashable {
  package private(set) var words: [String] = []

  package static func + (first: Command, second: Command) -> Command {
    "\(first) \(second)"
  }
}

extension Command: ExpressibleByStringInterpolation {
  package init(stringLiteral text: String) {
    var words = StringInterpolation(literalCapacity: 0, interpolationCount: 0)
    words.appendLiteral(text)
    self.init(stringInterpolation: words)
  }

  package init(stringInterpolation: StringInterpolation) {
    words = stringInterpolation.words + (stringInterpolation.word.map { [$0] } ?? [])
    if stringInterpolation.quote != nil { Issue.record("a quote is never closed: \(words)") }
  }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var words: [String] = []
    /// The word that is not at its end yet.
    fileprivate var word: String?
    fileprivate var quote: Character?

    package init(literalCapacity: Int, interpolationCount: Int) {}

    package mutating func appendLiteral(_ literal: String) {
      for character in literal {
        if character == quote {
          quote = nil
        } else if quote != nil {
          word?.append(character)
        } else if character == "'" || character == "\"" {
          quote = character
          word = word ?? ""
        } else if character.isWhitespace {
          endWord()
        } else {
          word = (word ?? "") + String(character)
        }
      }
    }

    package mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      word = (word ?? "") + value.description
    }

    package mutating func appendInterpolation(_ command: Command) {
      endWord()
      words += command.words
    }

    private mutating func endWord() {
      if let word { words.append(word) }
      word = nil
    }
  }
}

extension Command: CustomStringConvertible {
  package var description: String { words.joined(separator: " ") }
}
