import AtomicFiles
import Foundation

/// The curves of a run for TensorBoard, a folder of event files per phase, since steps begin anew in
/// each: `tensorboard/supernet`, `tensorboard/controller-1`.
///
/// The run's log of metrics is the source. At each start every phase gets a new file with its whole
/// history, and the older one goes: a step that stood in a folder twice would be shown twice, and what is
/// appended behind a record that was cut off is lost.
///
/// Curves are for looking at. Where a disk refuses one, the run goes on without them.
package final class EventFolder {
  package let path: String
  private let storage: any Storage
  private let now: () -> Double
  private var files: [String: EventFile] = [:]

  /// Writes the history that stands in `log`, the text of a `metrics.jsonl`.
  ///
  /// Steps that an older event file has keep the time they were logged at; others have the present one.
  ///
  /// - Parameter now: seconds since 1970.
  ///
  /// Throws `StorageError`.
  package init(
    _ path: String,
    log: String,
    storage: any Storage = SystemStorage(),
    now: @escaping () -> Double = { Date().timeIntervalSince1970 }
  ) throws {
    self.path = path
    self.storage = storage
    self.now = now
    try Self.makeFolder(path)
    let history = MetricsLine.phases(of: log)
    for (phase, lines) in history { try begin(phase, lines) }
    // What is of no phase any more, since the run went back to before it.
    for phase in Self.phases(in: path) where !history.contains(where: { $0.phase == phase }) {
      Self.removeEvents(in: "\(path)/\(phase)", but: nil, storage)
    }
  }

  /// Throws `StorageError`: then nothing more may be appended.
  package func append(
    phase: String,
    step: Int,
    _ values: [(name: String, value: Double)]
  ) throws {
    guard MetricsLine.isName(phase) else { return }
    let file = try files[phase] ?? begin(phase, [])
    try file.append(CurvePoint(step: step, time: now(), values: values))
  }

  @discardableResult
  private func begin(_ phase: String, _ lines: [MetricsLine]) throws -> EventFile {
    let folder = "\(path)/\(phase)"
    try Self.makeFolder(folder)
    let older = Self.eventNames(in: folder)
    let times = older.last.map { Self.times(in: "\(folder)/\($0)") } ?? [:]
    let time = now()
    let file = try EventFile(
      "\(folder)/\(Self.name((older.compactMap(Self.number).max() ?? 0) + 1))",
      points: lines.map { line in
        CurvePoint(step: line.step, time: times[line.step] ?? time, values: line.values)
      },
      time: time,
      storage: storage
    )
    files[phase] = file
    Self.removeEvents(in: folder, but: file.path, storage)
    return file
  }

  private static func times(in file: String) -> [Int: Double] {
    guard let bytes = try? readFile(file) else { return [:] }
    return EventRecord.events(bytes).reduce(into: [:]) { times, event in
      if case .summary = event.what { times[Int(event.step)] = event.wallTime }
    }
  }

  private static func makeFolder(_ path: String) throws {
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw StorageError(path, "make the folder", code: errno)
    }
  }
}

// Which files are ours.
extension EventFolder {
  /// Readers take files with `tfevents` in their names, in the order of the names.
  private static func name(_ number: Int) -> String {
    let digits = String(number)
    return "events.tfevents." + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  private static func number(of name: String) -> Int? {
    let prefix = "events.tfevents."
    guard name.hasPrefix(prefix), let number = Int(name.dropFirst(prefix.count)) else { return nil }
    return self.name(number) == name ? number : nil
  }

  /// Names of our event files in a folder, in their order.
  private static func eventNames(in folder: String) -> [String] {
    names(in: folder).filter { number(of: $0) != nil }
  }

  private static func phases(in path: String) -> [String] {
    names(in: path).filter(MetricsLine.isName)
  }

  private static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  private static func removeEvents(in folder: String, but kept: String?, _ storage: any Storage) {
    for name in eventNames(in: folder) where "\(folder)/\(name)" != kept {
      try? storage.remove("\(folder)/\(name)")
    }
    if kept == nil { rmdir(folder) }
  }

  /// Removes the event files in `path`, and the folders that are empty then.
  package static func remove(_ path: String, storage: any Storage) {
    for phase in phases(in: path) { removeEvents(in: "\(path)/\(phase)", but: nil, storage) }
    rmdir(path)
  }

  /// Whether `path` is a folder with nothing in it but event files of ours.
  package static func isOwn(_ path: String) -> Bool {
    isFolder(path)
      && names(in: path).allSatisfy { phase in
        let folder = "\(path)/\(phase)"
        return isFolder(folder) && names(in: folder).allSatisfy { number(of: $0) != nil }
      }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
