import Foundation

/// Something that reads bytes from outside. It takes a file; it may throw, and that is all.
struct Reader: Sendable {
  let name: String
  /// What the file is called in the folder it is put into; may begin with the name of a subfolder.
  let fileName: String
  /// Files to begin from.
  let seeds: [[UInt8]]
  let read: @Sendable (_ folder: String) throws -> Void

  static let all = ownFiles + editedFiles + images + weights + texts

  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Fixtures").standardized.path

  /// Puts `input` into `folder` and reads it.
  func run(_ input: [UInt8], in folder: String) throws {
    try write(input, in: folder)
    try read(folder)
  }

  func write(_ input: [UInt8], in folder: String) throws {
    let url = URL(fileURLWithPath: "\(folder)/\(fileName)")
    if fileName.contains("/") {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
    }
    try Data(input).write(to: url)
  }

  /// Inputs that were once too much for this reader, by the names of their files.
  func kept() -> [(name: String, bytes: [UInt8])] {
    let folder = "Fuzz/\(name.replacing(" ", with: "-"))"
    return Self.names(folder, ending: "").map { ($0, Self.bytes("\(folder)/\($0)")) }
  }

  static func files(_ folder: String, ending: String) -> [[UInt8]] {
    names(folder, ending: ending).map { bytes("\(folder)/\($0)") }
  }

  private static func names(_ folder: String, ending: String) -> [String] {
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: "\(fixtures)/\(folder)")) ?? []
    return names.sorted().filter { $0.hasSuffix(ending) }
  }

  private static func bytes(_ path: String) -> [UInt8] {
    Array(FileManager.default.contents(atPath: "\(fixtures)/\(path)") ?? Data())
  }
}
