import Foundation

@testable import Search

/// A folder that lives as long as the test that made it.
final class TestFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "regnas-search-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func bytes(_ name: String) -> [UInt8] {
    Array(FileManager.default.contents(atPath: file(name)) ?? Data())
  }

  func put(_ bytes: [UInt8], _ name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
  }

  func names() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

/// Keeps what a run said.
final class NoteKeeper: Reporter {
  private(set) var notes: [String] = []
  func note(_ text: String) { notes.append(text) }
  func progress(_ title: String, done: Int, total: Int, unit: String, detail: String) {}
  func endProgress() {}
}
