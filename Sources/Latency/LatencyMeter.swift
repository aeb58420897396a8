import Torch

/// Times something on a device. A protocol, so that tests can give times of their own.
package protocol LatencyMeter {
  /// Nanoseconds that one run of `body` takes.
  func nanoseconds(on device: Device, _ body: () throws -> Void) throws -> Int
}

/// The median of repeated runs on the wall clock, after some to warm up. Waits for the device before
/// reading the clock.
package struct ClockMeter: LatencyMeter {
  package var warmUps: Int
  package var repetitions: Int

  package init(warmUps: Int = 5, repetitions: Int = 21) {
    self.warmUps = max(0, warmUps)
    self.repetitions = max(1, repetitions)
  }

  package func nanoseconds(on device: Device, _ body: () throws -> Void) throws -> Int {
    for _ in 0..<warmUps { try body() }
    let clock = ContinuousClock()
    var times: [Duration] = []
    for _ in 0..<repetitions {
      try TorchRuntime.synchronize(device)
      let start = clock.now
      try body()
      try TorchRuntime.synchronize(device)
      times.append(clock.now - start)
    }
    let (seconds, attoseconds) = times.sorted()[repetitions / 2].components
    return Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
  }
}
