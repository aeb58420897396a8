import Foundation
import Synchronization

/// A folder that lives as long as the test that made it. Files in it go by their names, which may be
/// paths.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() throws {
    path = NSTemporaryDirectory() + "regnas-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  private static let untilTheEnd = Mutex<[String]>([])

  /// A folder that lives as long as the process, for what several tests begin with.
  package static func ofThisProcess() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    untilTheEnd.withLock { paths in
      if paths.isEmpty {
        atexit {
          for path in TemporaryFolder.untilTheEnd.withLock({ $0 }) {
            try? FileManager.default.removeItem(atPath: path)
          }
        }
      }
      paths.append(folder.path)
    }
    return folder
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  package func file(_ name: String) -> String { "\(path)/\(name)" }

  package func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  /// None where there is no such file.
  package func bytes(_ name: String) -> [UInt8] {
    Array(FileManager.default.contents(atPath: file(name)) ?? Data())
  }

  package func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }

  /// Replaces a file that is there; another name of the same file keeps its content. Makes folders on
  /// the way. Gives the path.
  @discardableResult
  package func put(_ bytes: [UInt8], _ name: String) throws -> String {
    try makeFolderOf(name)
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)), options: .atomic)
    return file(name)
  }

  @discardableResult
  package func put(_ text: String, _ name: String) throws -> String {
    try put(Array(text.utf8), name)
  }

  /// Copies a file or a folder from elsewhere.
  @discardableResult
  package func copy(_ source: String, to name: String) throws -> String {
    try makeFolderOf(name)
    try FileManager.default.copyItem(atPath: source, toPath: file(name))
    return file(name)
  }

  /// Gives a file from elsewhere a name here, without a copy. Neither ``put(_:_:)-(String,_)`` nor
  /// anything else that replaces files as a whole changes what the other name has.
  package func link(_ source: String, to name: String) throws {
    try makeFolderOf(name)
    try FileManager.default.linkItem(atPath: source, toPath: file(name))
  }

  /// Moves a file or a folder within this one. Makes folders on the way.
  package func move(_ name: String, to target: String) throws {
    try makeFolderOf(target)
    try FileManager.default.moveItem(atPath: file(name), toPath: file(target))
  }

  package func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: file(name))
  }

  package func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
  }

  private func makeFolderOf(_ name: String) throws {
    try FileManager.default.createDirectory(
      at: URL(fileURLWithPath: file(name)).deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
  }

  /// Sorted; none where there is no such folder.
  package func names(_ folder: String = "") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: file(folder))) ?? []).sorted()
  }
}

package func bytes(of path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

package func put(_ bytes: [UInt8], at path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

/// Where a file of `Tests/Fixtures` lies.
package func fixture(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../Fixtures/\(name)").standardized.path
}
