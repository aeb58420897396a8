import Foundation
import Runs
import Search

/// Progress on standard error: one line rewritten at most ten times a second on a terminal, a plain
/// line every fifteen seconds elsewhere. Notes also go to the run's `log.txt`.
final class ProgressPrinter: Reporter {
  private let quiet: Bool
  private let rewrites: Bool
  private let shows: Bool
  private var log: FileHandle?
  private let clock = ContinuousClock()
  private var title = ""
  private var start: ContinuousClock.Instant
  private var firstDone = 0
  private var lastShown: ContinuousClock.Instant
  private var lineIsOpen = false

  init(quiet: Bool, noProgress: Bool) {
    self.quiet = quiet
    shows = !quiet && !noProgress
    rewrites = Console.errorIsTerminal
    start = clock.now
    lastShown = clock.now
  }

  /// From now on notes are appended to this file too.
  func keepLog(at path: String) {
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    log = FileHandle(forWritingAtPath: path)
    _ = try? log?.seekToEnd()
  }

  func note(_ text: String) {
    endProgress()
    // The log is a convenience: a full disk must not end the run here.
    try? log?.write(contentsOf: Data((text + "\n").utf8))
    if !quiet || text.hasPrefix("warning: ") { Console.error(text) }
  }

  func progress(_ title: String, done: Int, total: Int, unit: String, detail: String) {
    let now = clock.now
    if title != self.title {
      endProgress()
      self.title = title
      start = now
      firstDone = done
      lastShown = now - .seconds(3600)
    }
    guard shows else { return }
    guard now - lastShown >= (rewrites ? .milliseconds(100) : .seconds(15)) || done == total else {
      return
    }
    lastShown = now
    var text = "\(title): \(done)/\(total) \(unit)"
    let elapsed = (now - start) / .seconds(1)
    if done > firstDone, elapsed > 0 {
      let rate = Double(done - firstDone) / elapsed
      text += ", \(Self.number(rate))/s, \(Self.time(Double(total - done) / rate)) left"
    }
    if !detail.isEmpty { text += ", " + detail }
    guard rewrites else {
      Console.error(text)
      return
    }
    Console.errorText("\r\u{1B}[K\(text.prefix(max(1, Console.columns - 1)))")
    lineIsOpen = true
  }

  func endProgress() {
    title = ""
    if lineIsOpen { Console.errorText("\n") }
    lineIsOpen = false
  }

  static func time(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    if whole >= 3600 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
    return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
  }

  static func number(_ value: Double) -> String {
    value >= 10 ? String(Int(value.rounded())) : String(format: "%.2f", value)
  }
}
