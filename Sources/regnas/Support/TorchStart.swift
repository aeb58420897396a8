import Configuration
import Foundation
import Runs
import Search
import Torch

extension RunConfiguration {
  /// Starts libtorch as configured. First thing of every command that computes.
  ///
  /// Throws ``ConfigurationError`` for a number of threads that no one can mean.
  func startTorch(_ reporter: (any Reporter)? = nil) throws {
    WaitPolicy.apply()
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let most = max(64, 8 * cores)
    guard runtime.threads <= most else {
      throw ConfigurationError(
        place: "runtime.threads",
        message: "\(runtime.threads) threads are more than \(most), the most that this machine of "
          + "\(cores) cores runs; 0 takes every core"
      )
    }
    if runtime.threads > cores {
      reporter?.note(
        "warning: \(runtime.threads) threads on \(cores) cores wait for each other"
      )
    }
    let threads = runtime.threads > 0 ? runtime.threads : cores
    try TorchRuntime.start(threads: threads)
    try TorchRuntime.setTF32(runtime.tf32)
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
enum WaitPolicy {
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
