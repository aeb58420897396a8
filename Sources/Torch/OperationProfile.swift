import CTorch

/// Where libtorch's time goes, operation by operation.
package struct OperationProfile: Sendable {
  package struct Entry: Sendable {
    /// As libtorch names it: `aten::add`, `HardswishBackward0`.
    package var name: String
    package var calls: Int
    /// Without the time of operations that it called.
    package var seconds: Double
  }
  /// The longest first.
  package var entries: [Entry]

  /// Runs `body` and measures it. Throws ``TorchError`` inside another measurement.
  package static func of(_ body: () throws -> Void) throws -> OperationProfile {
    try check("profile") { rt_profile_start($0) }
    let result = Result(catching: body)
    var text: UnsafeMutablePointer<CChar>?
    try check("profile") { rt_profile_stop(&text, $0) }
    defer { rt_free_message(text) }
    try result.get()
    let lines = text.map { String(cString: $0) } ?? ""
    let entries = lines.split(separator: "\n").compactMap { line -> Entry? in
      let parts = line.split(separator: "\t")
      guard parts.count == 3, let seconds = Double(parts[0]), let calls = Int(parts[1]) else {
        return nil
      }
      return Entry(name: String(parts[2]), calls: calls, seconds: seconds)
    }
    return OperationProfile(entries: entries.sorted { $0.seconds > $1.seconds })
  }
}
