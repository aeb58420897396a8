/// Text of a foreign file, fit for a terminal: without control characters, and not too long.
func printable(_ text: String, limit: Int = 200) -> String {
  let scalars = text.unicodeScalars
  let kept = scalars.prefix(limit).map { scalar in
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return "\u{FFFD}"
    default: return String(scalar)
    }
  }
  return kept.joined() + (scalars.count > limit ? "..." : "")
}
