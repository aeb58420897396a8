import AtomicFiles
import Configuration
import Dispatch
import Foundation
import HDF5
import Runs
import Search
import Torch

/// What surrounds the work on one run: signals, the clock, `log.txt` and `run.json`.
struct RunSession {
  let reporter: ProgressPrinter
  let interruption = Interruption()
  private let signals: Signals

  init(_ options: WorkOptions) {
    reporter = options.reporter()
    signals = Signals(interruption)
    // More than a century is no limit; and the clock could not count it.
    if let seconds = options.maxTime, seconds < 4e9 {
      let interruption = interruption
      DispatchQueue.global().asyncAfter(deadline: .now() + seconds) {
        interruption.request(signal: 0)
      }
    }
  }

  var services: RunServices { .init(reporter: reporter, interruption: interruption) }

  /// Runs `body` and keeps the run's state in `run.json` up to date; at the end it is `state`.
  func record(
    _ run: SearchRun,
    endingAs state: String = "finished",
    _ body: () throws -> Void
  ) throws {
    let folder = run.folder
    reporter.keepLog(at: folder.file(RunFolder.logName))
    var record = RunRecord(run)
    do {
      try folder.write(record.json(), to: RunFolder.recordName)
      try body()
      record.state = state
    } catch let stop as Interrupted {
      record.state = "interrupted"
      record.end = RunRecord.now
      try? folder.write(record.json(), to: RunFolder.recordName)
      reporter.note("saved; go on with: regnas resume \(shellQuoted(folder.path))")
      throw stop
    } catch {
      record.state = "failed: \(error)"
      record.end = RunRecord.now
      switch folder.giveUp() {
      case .run:
        try? folder.write(record.json(), to: RunFolder.recordName)
        if error is StorageError {
          reporter.note(
            "once that is fixed, continue with: regnas resume \(shellQuoted(folder.path))"
          )
        }
      case .earlierRun:
        reporter.note("\(folder.path): the new run had not begun; the earlier one is back")
      case .nothing:
        reporter.note("\(folder.path): the run had not begun; nothing of it was kept")
      }
      throw error
    }
    record.end = RunRecord.now
    try folder.write(record.json(), to: RunFolder.recordName)
  }
}

/// `run.json`: where, when and how a run was made. Only ``RunBeginning`` is read back.
struct RunRecord: Encodable {
  var arguments = CommandLine.arguments
  var version = Version.number
  var libtorch = TorchRuntime.builtVersion
  var host = ProcessInfo.processInfo.hostName
  var process = ProcessInfo.processInfo.processIdentifier
  var threads = TorchRuntime.threads
  var device: String
  var seed: UInt64
  var start = Self.now
  var end: String?
  var state = "running"
  /// As it was at the run's beginning.
  var directory: String
  var dataDigest: String

  init(_ run: SearchRun) {
    device = run.configuration.runtime.device
    seed = run.configuration.seed
    let beginning = run.beginning
    directory = beginning.directory
    dataDigest = beginning.dataDigest
  }

  static var now: String { Date().ISO8601Format() }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
