extension ImportPlan: CustomStringConvertible {
  /// The plan for a reader, as `--dry-run` prints it: a summary, the notes, a line for each tensor that
  /// goes in, the keys of the supernet that keep their values, and the first problems.
  ///
  /// ```
  /// torch zip archive: 3 tensors, 2 go in, 1 problem; 1 key of the supernet keeps its values
  ///
  /// first_conv.conv.weight  float32[16, 3, 3, 3]
  /// blocks.0.mobile_inverted_conv.depth_conv.conv.weight  float32[16, 1, 3, 3]
  ///   -> blocks.0.conv.depth_conv.conv.weight
  /// ```
  package var description: String {
    var lines = [summary] + notes
    if !assignments.isEmpty { lines.append("") }
    for assignment in assignments {
      lines.append(
        "\(printable(assignment.source))  \(assignment.elementType.rawValue)\(assignment.shape)"
      )
      if assignment.source != assignment.target { lines.append("  -> \(assignment.target)") }
    }
    if !uncovered.isEmpty {
      lines += ["", "not in the file, values kept:"]
      lines += uncovered.map { "  \($0.key)  \($0.shape)" }
    }
    if !problems.isEmpty {
      lines += ["", "problems:"]
      lines += ImportProblem.lines(problems)
    }
    return lines.joined(separator: "\n")
  }

  /// The first line of the description.
  package var summary: String {
    let count = assignments.count + problems.count
    var parts = [
      "\(format.rawValue): \(Self.counted(count, "tensor"))",
      "\(assignments.count) \(assignments.count == 1 ? "goes" : "go") in",
    ]
    if !problems.isEmpty { parts.append(Self.counted(problems.count, "problem")) }
    let kept =
      uncovered.isEmpty
      ? ""
      : "; \(Self.counted(uncovered.count, "key")) of the supernet "
        + (uncovered.count == 1 ? "keeps its values" : "keep their values")
    return parts.joined(separator: ", ") + kept
  }

  static func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}
