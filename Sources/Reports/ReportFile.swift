import AtomicFiles
import Foundation
import Runs

/// Where a report is written.
package enum ReportFile {
  package static let standardName = RunFolder.reportName

  /// The report beside a family file: `report.html` beside `family.h5`, `other.html` beside `other.h5`.
  package static func path(beside family: String) -> String {
    let folder = OutputFile.folder(of: family)
    let name = (family as NSString).lastPathComponent
    let base = (name as NSString).deletingPathExtension
    let own = name == RunFolder.familyName || base.isEmpty ? standardName : base + ".html"
    return folder == "." && !family.hasPrefix("./") ? own : "\(folder)/\(own)"
  }

  /// Whether a page may be written: what is to be known before the work.
  ///
  /// Throws `OutputError`, also for a file that is there and is no report, whatever is allowed, or
  /// `StorageError`.
  package static func check(_ path: String, overwrite: Bool) throws {
    try check(path, overwrite: overwrite, kind: "a report of regnas", marker: Page.marker)
  }

  /// The same for a picture.
  package static func checkPicture(_ path: String, overwrite: Bool) throws {
    try check(path, overwrite: overwrite, kind: "an SVG picture", marker: "<svg")
  }

  private static func check(_ path: String, overwrite: Bool, kind: String, marker: String) throws {
    try OutputFile.check(path, overwrite: overwrite)
    let target = try OutputFile.destination(of: path)
    guard let file = FileHandle(forReadingAtPath: target) else { return }
    defer { try? file.close() }
    let head = String(decoding: (try? file.read(upToCount: 4096)) ?? Data(), as: UTF8.self)
    guard head.isEmpty || head.contains(marker) else {
      throw OutputError(
        .needed,
        path,
        "this is a file of another kind than \(kind)",
        remedy: "Choose another name for the file to write."
      )
    }
  }

  /// Publishes a text, whole or not at all.
  ///
  /// Throws `OutputError` or `StorageError`.
  package static func write(_ text: String, to path: String, overwrite: Bool) throws {
    try AtomicFile.replace(path, overwrite: overwrite) { temporary in
      try AtomicFile.write(Array(text.utf8), to: temporary)
    }
  }
}
