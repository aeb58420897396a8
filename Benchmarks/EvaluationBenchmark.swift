import ArgumentParser
import Controller
import Evaluation
import FlipMetrics
import Foundation
import Networks
import Search
import SearchSpaces
import Statistics
import Supernet
import Torch

/// Judges again what a real search has judged: all its rollouts in order with the fast evaluator,
/// and the first, the middle and the last one with the reference evaluator, each in a process of its
/// own.
///
/// The reference evaluator is what any program on libtorch would do: contiguous images, one operation
/// per layer, batch norm unfused, libtorch's default allocator, one architecture at a time and every
/// one anew.
struct EvaluationBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluation",
    abstract: "Architectures judged per second on the rollouts of a finished run."
  )

  enum Role: String, ExpressibleByArgument {
    case reference, float32, bfloat16
  }

  @Option(
    name: .customLong("run"),
    help: "The folder of a finished run, such as Scripts/quickstart leaves."
  )
  var folder = "checkpoints/fashion-mnist"
  @Option(help: "Threads of libtorch.")
  var threads = 2
  @Option(help: "MiB of activations kept.")
  var memory = 512
  @Option(help: "Rounds; each evaluates in every way, and the fastest of each rollout counts.")
  var rounds = 3
  @Flag(help: "Let a GPU round the inputs of float32 products to TF32.")
  var tf32 = false
  @Flag(help: "Give the reference this program's allocator too.")
  var sameAllocator = false
  @Option(help: .hidden)
  var role: Role?
  @Option(help: .hidden)
  var output = ""

  func run() throws {
    if let role {
      try TorchRuntime.start(threads: threads)
      try TorchRuntime.setTF32(tf32)
      try Judging(EvaluationRecord(of: folder), role: role, memory: memory << 20).report(to: output)
      return
    }
    let folder = NSTemporaryDirectory() + "regnas-benchmark-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var results: [Role: Judged] = [:]
    for _ in 0..<rounds {
      for role in [Role.reference, .float32, .bfloat16] {
        let file = "\(folder)/\(role.rawValue)"
        _ = try child(
          [
            "evaluation", "--run", self.folder, "--threads", "\(threads)", "--memory", "\(memory)",
            "--role", role.rawValue, "--output", file,
          ] + (tf32 ? ["--tf32"] : []),
          defaultAllocator: role == .reference && !sameAllocator
        )
        let judged = try Judged(file: file)
        results[role] = results[role].map(judged.fastest) ?? judged
      }
    }
    guard let reference = results[.reference], let fast = results[.float32],
      let rounded = results[.bfloat16]
    else { return }
    print(
      "| rollout | new of its architectures | reference ms each | float32 | ratio | bfloat16 | ratio |"
    )
    print("|---|---|---|---|---|---|---|")
    for (rollout, seconds) in reference.seconds.sorted(by: { $0.key < $1.key }) {
      guard let a = fast.seconds[rollout], let b = rounded.seconds[rollout] else { continue }
      let count = Double(fast.sizes[rollout] ?? 1)
      print(
        "| \(rollout + 1) of \(fast.seconds.count) | \(fast.new[rollout] ?? 0) of \(Int(count)) "
          + "| \(short(seconds / count * 1e3)) | \(short(a / count * 1e3)) | \(short(seconds / a)) "
          + "| \(short(b / count * 1e3)) | \(short(seconds / b)) |"
      )
    }
    let perReference =
      reference.seconds.values.reduce(0, +)
      / Double(reference.seconds.keys.reduce(0) { $0 + (fast.sizes[$1] ?? 0) })
    func all(_ judged: Judged) -> Double {
      perReference * Double(judged.sizes.values.reduce(0, +)) / judged.seconds.values.reduce(0, +)
    }
    print(
      "whole search against the reference's mean: float32 \(short(all(fast))), bfloat16 \(short(all(rounded)))"
    )
    print(
      "peak memory, MiB: reference \(short(reference.peak)), float32 \(short(fast.peak)), "
        + "bfloat16 \(short(rounded.peak)) (activations kept: at most \(memory))"
    )
    compare(reference, fast)
    compare(fast, rounded)
  }

  private func compare(_ reference: Judged, _ fast: Judged) {
    var differ: [Float] = []
    var count = 0
    for (name, classes) in reference.classes {
      guard let others = fast.classes[name] else { continue }
      count += classes.count
      for (index, pair) in zip(classes, others).enumerated() where pair.0 != pair.1 {
        differ.append(reference.margins[name]?[index] ?? .nan)
      }
    }
    if reference.margins.isEmpty {
      let names = reference.accuracy.keys.sorted().filter { fast.accuracy[$0] != nil }
      let tau = RankCorrelation.kendall(
        names.map { reference.accuracy[$0] ?? 0 },
        names.map { fast.accuracy[$0] ?? 0 }
      )
      let judgements = reference.reward.keys.sorted().filter { fast.reward[$0] != nil }
      let reward = RankCorrelation.kendall(
        judgements.map { reference.reward[$0] ?? 0 },
        judgements.map { fast.reward[$0] ?? 0 }
      )
      print(
        "bfloat16 against float32: \(differ.count) of \(count) predictions differ "
          + "(\(short(100 * Double(differ.count) / Double(count))) %); over \(names.count) architectures "
          + "Kendall's tau of accuracy \(short(tau ?? .nan)), of reward \(short(reward ?? .nan))"
      )
    } else {
      let ties = differ.filter { $0 < 1e-5 }.count
      print(
        "float32 against the reference: \(differ.count) of \(count) predictions differ, "
          + "\(ties) of them ties below 1e-5; largest margin among them \(differ.max() ?? 0)"
      )
    }
  }
}

/// Evaluates a record in one of the ways, and times it.
private struct Judging {
  var judged = Judged()

  init(_ record: EvaluationRecord, role: EvaluationBenchmark.Role, memory: Int) throws {
    let clock = ContinuousClock()
    let images = record.images
    let batches = try (0..<images.batchCount).map(images.batch)
    // As after the training of a supernet, with which a search begins.
    func warmUp(_ body: (Architecture) throws -> Void) rethrows {
      try [record.supernet.space.smallest, record.supernet.space.largest].forEach(body)
    }
    switch role {
    case .reference:
      record.supernet.formulation = .plain
      func predict(_ architecture: Architecture) throws -> (classes: [Int32], margins: [Float]) {
        let subnet = try record.supernet.calibrate(architecture, batches: record.calibration)
        return try subnet.classify(batches)
      }
      try warmUp { _ = try predict($0) }
      let last = record.rollouts.count - 1
      for index in Set([0, last / 2, last]).sorted() {
        var predictions: [Architecture: (classes: [Int32], margins: [Float])] = [:]
        let time = try clock.measure {
          for architecture in record.rollouts[index].architectures {
            predictions[architecture] = try predict(architecture)
          }
        }
        judged.seconds[index] = time / .seconds(1)
        for (architecture, value) in predictions {
          judged.classes[name(architecture)] = value.classes
          judged.margins[name(architecture)] = value.margins
        }
      }
    case .float32, .bfloat16:
      let precision = role == .float32 ? ComputePrecision.float32 : .bfloat16
      func predictor() -> RolloutPredictor {
        RolloutPredictor(
          record.supernet,
          calibration: record.calibration,
          precision: precision,
          memoryLimit: memory
        )
      }
      try warmUp { _ = try predictor().predictions(of: $0, on: images) }
      let fast = CachedPredictor(predictor(), classCount: record.supernet.space.input.classes)
      var known: Set<Architecture> = []
      let references = try record.members.map { try predictor().predictions(of: $0, on: images) }
      for (index, rollout) in record.rollouts.enumerated() {
        var predictions: [Predictions] = []
        let time = try clock.measure {
          predictions = try fast.predictions(of: rollout.architectures, on: images)
        }
        judged.seconds[index] = time / .seconds(1)
        judged.sizes[index] = rollout.architectures.count
        judged.new[index] = Set(rollout.architectures).subtracting(known).count
        known.formUnion(rollout.architectures)
        for (architecture, own) in zip(rollout.architectures, predictions) {
          let measurement = try Reward(flipWeight: 1, aggregate: .mean).measure(
            own,
            references: Array(references.prefix(rollout.member))
          )
          judged.classes[name(architecture)] = own.classes
          judged.accuracy[name(architecture)] = measurement.accuracy
          judged.reward["\(rollout.member)/" + name(architecture)] = measurement.reward
        }
      }
    }
    judged.peak = peakMemory()
  }

  func report(to file: String) throws {
    try JSONEncoder().encode(judged).write(to: URL(fileURLWithPath: file))
  }
}

private func name(_ architecture: Architecture) -> String {
  architecture.choices.map(String.init).joined(separator: ",")
}

/// What one way of evaluating gave, by rollout and by architecture.
private struct Judged: Codable {
  var seconds: [Int: Double] = [:]
  var sizes: [Int: Int] = [:]
  /// Distinct architectures of a rollout that no rollout before it had.
  var new: [Int: Int] = [:]
  var classes: [String: [Int32]] = [:]
  var margins: [String: [Float]] = [:]
  var accuracy: [String: Double] = [:]
  var reward: [String: Double] = [:]
  var peak = 0.0

  init() {}

  /// With the shorter of the two times of each rollout.
  func fastest(_ other: Self) -> Self {
    var result = self
    result.seconds.merge(other.seconds, uniquingKeysWith: min)
    return result
  }

  init(file: String) throws {
    self = try JSONDecoder().decode(
      Self.self,
      from: Data(contentsOf: URL(fileURLWithPath: file))
    )
  }
}
