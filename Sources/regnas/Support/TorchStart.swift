import Foundation
import Search
import Torch

extension RunConfiguration {
  /// Starts libtorch as configured. First thing of every command that computes.
  func startTorch() throws {
    WaitPolicy.apply()
    try TorchRuntime.start(
      threads: runtime.threads > 0
        ? runtime.threads : ProcessInfo.processInfo.activeProcessorCount)
    if runtime.deterministic { try TorchRuntime.setDeterministic(true) }
  }
}

/// How OpenMP's threads wait for each other.
///
/// By default they spin. When anything else wants the processor, spinning threads hold up the ones
/// they wait for: with one other busy process training ran at 0.7 steps a second on two cores, and
/// at 4.9 with short spinning. OpenMP reads its settings when it is loaded, before `main`, so the
/// process has to replace itself once with them set. Settings of the user's are left alone.
private enum WaitPolicy {
  static func apply() {
    let environment = ProcessInfo.processInfo.environment
    guard environment["OMP_WAIT_POLICY"] == nil, environment["GOMP_SPINCOUNT"] == nil else {
      return
    }
    setenv("OMP_WAIT_POLICY", "passive", 1)
    var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
    execv("/proc/self/exe", &arguments)
    // Only reached where that is impossible: then it is merely slower on a busy machine.
  }
}
