import ImageData

extension DuplicateImages {
  /// For a terminal: how many there are and where, then the groups, one a line.
  var text: String {
    guard !groups.isEmpty else { return "duplicates  none" }
    var lines = ["duplicates  \(imageCount) images in \(count(groups)) of equal pixels"]
    for (first, second) in [(Split.train, Split.test), (.train, .search), (.search, .test)] {
      let found = between(first, second)
      if !found.isEmpty {
        lines.append("  in \(first.rawValue) and \(second.rawValue)  \(count(found))")
      }
    }
    for split in Split.allCases {
      let found = within(split)
      if !found.isEmpty { lines.append("  twice in \(split.rawValue)  \(count(found))") }
    }
    if !contradictions.isEmpty {
      lines.append("  under different classes  \(count(contradictions))")
    }
    let shown = 50
    lines += groups.prefix(shown).map { group in
      let few = group.prefix(6).map {
        "\($0.split?.rawValue ?? "no split") \($0.label): \($0.title)"
      }
      return few.joined(separator: " = ") + (group.count > 6 ? " = \(group.count - 6) more" : "")
    }
    if groups.count > shown {
      lines.append("... \(groups.count - shown) more: --json prints them all")
    }
    return lines.joined(separator: "\n")
  }

  private func count(_ groups: [[Image]]) -> String {
    "\(groups.count) group\(groups.count == 1 ? "" : "s")"
  }
}
