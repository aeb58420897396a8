import Foundation
import HDF5

/// `metrics.jsonl`: one JSON object a line, keys in the order given, appended as the run goes.
///
/// A line carries `phase` and `step`. After a crash lines past the checkpoint that the run goes on
/// from are dropped (``truncate(to:)``), so that no step is there twice.
public final class MetricsLog {
  private let path: String
  private var handle: FileHandle?

  public init(_ path: String) { self.path = path }

  public func append(phase: String, step: Int, _ values: [(name: String, value: Double)]) throws {
    var line = "{\"phase\": \"\(phase)\", \"step\": \(step)"
    for (name, value) in values {
      line += ", \"\(name)\": \(value.isFinite ? "\(value)" : "null")"
    }
    line += "}\n"
    if handle == nil {
      if !FileManager.default.fileExists(atPath: path) {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
      }
      handle = FileHandle(forWritingAtPath: path)
      _ = try? handle?.seekToEnd()
      guard handle != nil else { throw StorageError(path, "open", code: errno) }
    }
    do {
      try handle?.write(contentsOf: Data(line.utf8))
    } catch {
      throw StorageError(path, "write", code: errno)
    }
  }

  /// The number of bytes written so far: what a checkpoint remembers.
  public var size: Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }

  /// Drops what was appended after a checkpoint that remembered `size`.
  public func truncate(to size: Int) {
    try? handle?.close()
    handle = nil
    if self.size > size { Foundation.truncate(path, off_t(size)) }
  }
}
