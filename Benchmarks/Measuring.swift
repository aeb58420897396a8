import ArgumentParser
import Foundation
import RandomStreams
import Torch

/// The fastest of some rounds, in seconds: what a disturbance adds is never negative.
func fastest(of rounds: Int, _ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  var best = Double.infinity
  for _ in 0..<rounds { best = min(best, try clock.measure(body) / .seconds(1)) }
  return best
}

/// Images of noise, channels last.
func noise(
  _ count: Int,
  channels: Int,
  size: Int,
  seed: UInt64 = 1,
  device: Device = .cpu
) throws -> Tensor {
  var random = RandomStream(seed: seed, name: "benchmark images")
  var values = [Float](repeating: 0, count: count * channels * size * size)
  random.fillNormal(&values, standardDeviation: 1)
  return try Tensor(
    channelsLast: values,
    batch: count,
    channels: channels,
    height: size,
    width: size,
    device: device
  )
}

/// Where to compute, and how exactly.
struct DeviceOptions: ParsableArguments {
  @Option(help: "\(Device.names).")
  var device = "cpu"
  @Flag(help: "Let a GPU round the inputs of float32 products to TF32.")
  var tf32 = false

  /// Starts libtorch.
  func start(threads: Int) throws -> Device {
    try TorchRuntime.start(threads: threads)
    try TorchRuntime.setTF32(tf32)
    return try Device(device)
  }

  /// The same for a child.
  var arguments: [String] { ["--device", device] + (tf32 ? ["--tf32"] : []) }
}

/// `12.3`, or three significant digits of what is smaller or larger.
func short(_ value: Double) -> String {
  guard value != 0, value.isFinite else { return "\(value)" }
  let magnitude = Int(log10(abs(value)).rounded(.down))
  return String(format: "%.\(max(0, 2 - magnitude))f", value)
}

/// The most memory this process has had, in MiB.
func peakMemory() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return Double(usage.ru_maxrss) / 1024
}

/// Runs this program again with other arguments; its standard output.
///
/// With `defaultAllocator` it takes its memory from glibc, which then comes before jemalloc when names are
/// looked up.
func child(_ arguments: [String], defaultAllocator: Bool = false) throws -> String {
  let process = Process()
  let output = Pipe()
  process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
  process.arguments = arguments
  process.standardOutput = output
  if defaultAllocator {
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["LD_PRELOAD": "libc.so.6"]
    ) { $1 }
  }
  try process.run()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { throw ChildFailed(arguments: arguments) }
  return String(decoding: data, as: UTF8.self)
}

struct ChildFailed: Error {
  var arguments: [String]
}
