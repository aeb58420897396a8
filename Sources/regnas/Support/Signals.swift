import Dispatch
import Foundation
import Runs
import Search

/// The first signal that asks the program to end asks the run to save itself and stop, a second ends
/// the process at once. SIGUSR1 asks for a checkpoint.
final class Signals {
  private var sources: [any DispatchSourceSignal] = []

  init(_ interruption: Interruption) {
    let queue = DispatchQueue(label: "regnas.signals")
    for number in [SIGINT, SIGTERM, SIGHUP] where !Self.staysIgnored(number) {
      listen(to: number, on: queue) {
        if interruption.isRequested { _exit(128 + number) }
        Console.error("stopping at the next step; interrupt again to stop at once")
        interruption.request(signal: number)
      }
    }
    // The limit of processor time (ulimit -t): sent every second from the soft limit on, until the
    // hard one kills.
    listen(to: SIGXCPU, on: queue) {
      if !interruption.isRequested { interruption.request(signal: SIGXCPU) }
    }
    listen(to: SIGUSR1, on: queue) { interruption.requestSave() }
  }

  /// Signals at the start of the program, for every command.
  static func prepare() {
    // A file that may not grow and a reader that has gone are errors to report, not to die of.
    signal(SIGXFSZ, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    // Swift's reporter of crashes catches Ctrl-\ too, prints a back trace, and goes on.
    signal(SIGQUIT, SIG_DFL)
    unblock(SIGQUIT)
  }

  /// Lets a signal through, also one that has come already.
  static func unblock(_ number: Int32) {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// `nohup` wants the program to survive the end of its terminal.
  static func staysIgnored(_ number: Int32) -> Bool {
    guard number == SIGHUP else { return false }
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
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
