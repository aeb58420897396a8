import AtomicFiles
import Dispatch
import Foundation

/// An import that is interrupted removes what it has written so far, and ends.
final class ImportSignals {
  private var sources: [any DispatchSourceSignal] = []

  init() {
    let queue = DispatchQueue(label: "regnas.import.signals")
    for number in [SIGINT, SIGTERM, SIGHUP] where !Signals.staysIgnored(number) {
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
}
