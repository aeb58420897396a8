import Dispatch
import Foundation
import Runs
import Search

/// The first SIGINT or SIGTERM asks the run to save itself and stop, a second ends the process at
/// once. SIGUSR1 asks for a checkpoint.
final class Signals {
  private var sources: [any DispatchSourceSignal] = []

  init(_ interruption: Interruption) {
    let queue = DispatchQueue(label: "regnas.signals")
    for number in [SIGINT, SIGTERM] {
      listen(to: number, on: queue) {
        if interruption.isRequested { _exit(128 + number) }
        Console.error("stopping at the next step; interrupt again to stop at once")
        interruption.request(signal: number)
      }
    }
    listen(to: SIGUSR1, on: queue) { interruption.requestSave() }
  }

  private func listen(
    to number: Int32,
    on queue: DispatchQueue,
    _ body: @escaping @Sendable () -> Void
  ) {
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
    source.setEventHandler(handler: body)
    source.resume()
    sources.append(source)
  }
}
