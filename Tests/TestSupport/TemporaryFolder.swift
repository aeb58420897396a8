import Foundation

/// A folder that lives as long as the test that made it. Files in it go by their names.
package final class TemporaryFolder {
  package let path: String

  package init() throws {
    path = NSTemporaryDirectory() + "regnas-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  package func file(_ name: String) -> String { "\(path)/\(name)" }

  package func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  /// None where there is no such file.
  package func bytes(_ name: String) -> [UInt8] {
    Array(FileManager.default.contents(atPath: file(name)) ?? Data())
  }

  package func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }

  /// Makes folders on the way. Gives the path.
  @discardableResult
  package func put(_ bytes: [UInt8], _ name: String) throws -> String {
    let url = URL(fileURLWithPath: file(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
    try Data(bytes).write(to: url)
    return url.path
  }

  @discardableResult
  package func put(_ text: String, _ name: String) throws -> String {
    try put(Array(text.utf8), name)
  }

  package func names() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

package func bytes(of path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

package func put(_ bytes: [UInt8], at path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}
