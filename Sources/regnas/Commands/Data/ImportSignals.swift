import AtomicFiles
import Dispatch
import Foundation

/// An import that is interrupted removes what it has written so far, and ends.
final class ImportSignals {
  private var sources: [any DispatchSourceSignal] = []

  init() {
    let queue = DispatchQueue(label: "regnas.import.signals")
    for number in [SIGINT, SIGTERM, SIGHUP] {
      if Self.isIgnored(number) { continue }
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        AtomicFile.removeUnfinished()
        _exit(128 + number)
      }
      source.resume()
      sources.append(source)
    }
  }

  /// As `nohup` has it for SIGHUP: that stays so.
  private static func isIgnored(_ number: Int32) -> Bool {
    let before = signal(number, SIG_IGN)
    signal(number, before)
    return unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
