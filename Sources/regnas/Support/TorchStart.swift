import Configuration
import Foundation
import Search
import Torch

extension RunConfiguration {
  /// Starts libtorch as configured. First thing of every command that computes.
  func startTorch() throws {
    WaitPolicy.apply()
    try TorchRuntime.start(
      threads: runtime.threads > 0
        ? runtime.threads : ProcessInfo.processInfo.activeProcessorCount
    )
    if runtime.deterministic { try TorchRuntime.setDeterministic(true) }
  }
}

/// How OpenMP's threads wait for each other.
///
/// By default they spin: whoever else wants the processor then holds them up, and on a busy machine
/// training ran 7 times slower. Sleeping at once (`OMP_WAIT_POLICY=passive`) is as bad when nobody
/// else does: a thread that is woken starts on its waker's core, and there waits a whole tick of the
/// scheduler (4 ms) for oneDNN's weight gradients, whose own barrier spins (390 ms a step against 110).
/// Spinning for some microseconds and then sleeping (119 ms) is near to the better one either way.
///
/// OpenMP reads its settings when it is loaded, before `main`, so the process has to replace itself
/// once with them set. What the user has set is left alone.
private enum WaitPolicy {
  static func apply() {
    let environment = ProcessInfo.processInfo.environment
    guard environment["OMP_WAIT_POLICY"] == nil, environment["GOMP_SPINCOUNT"] == nil else {
      return
    }
    setenv("GOMP_SPINCOUNT", "1000", 1)
    var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
    execv("/proc/self/exe", &arguments)
    // Only reached where that is impossible: then it is merely slower on a busy machine.
  }
}
