import ArgumentParser
import Torch

/// What the processor can do at best: the ceilings that other figures are shares of.
struct MachineBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "machine",
    abstract: "The ceilings: matrix products in float32 and bfloat16, and memory copy."
  )

  @Option(help: "Threads of libtorch.")
  var threads = 2

  func run() throws {
    try TorchRuntime.start(threads: threads)
    let ceiling = try Ceiling()
    print("matrix product 2048^3, float32: \(short(ceiling.float32 * 1e-9)) GFLOP/s")
    print("matrix product 2048^3, bfloat16: \(short(ceiling.bfloat16 * 1e-9)) GFLOP/s")
    print("1 x 1 convolution 240 to 240, float32: \(short(ceiling.convolution * 1e-9)) GFLOP/s")
    print("copy of 256 MB: \(short(ceiling.copy * 1e-9)) GB/s read and written")
  }
}

/// Operations, and bytes, a second.
struct Ceiling {
  let float32: Double
  let bfloat16: Double
  let convolution: Double
  let copy: Double

  init() throws {
    let size = 2048
    let a = try noise(1, channels: 1, size: size).reshaped([size, size])
    let half = try a.to(.bfloat16)
    // One product on each thread.
    let flop = 2 * Double(size * size * size * TorchRuntime.threads)
    func product(_ a: Tensor) throws {
      _ = try TorchRuntime.concurrentMap(TorchRuntime.threads) { _ in try a.matmul(a) }
    }
    float32 = try flop / fastest(of: 5) { try product(a) }
    bfloat16 = try flop / fastest(of: 5) { try product(half) }
    let images = try noise(256, channels: 240, size: 14)
    let weight = try noise(240, channels: 240, size: 1)
    convolution =
      try 2 * Double(256 * 14 * 14 * 240 * 240)
      / fastest(of: 9) { _ = try images.convolved(with: weight) }
    let large = try Tensor.zeros([64 << 20])
    copy = try 2 * 256 * 1e6 * 1.048576 / fastest(of: 7) { _ = try large.clone() }
  }
}
