import Foundation
import Testing

/// Runs the program as a user does.
struct Regnas {
  struct Result {
    var status: Int32
    var output: String
    var errors: String
  }

  /// The built program lies beside the bundle of tests.
  static let path: String = {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return bundle.appendingPathComponent("regnas").path
  }()

  /// The folder the program runs in.
  var folder: Folder

  func start(
    _ arguments: [String],
    environment: [String: String] = [:],
    shell prefix: String? = nil
  ) throws -> Process {
    let process = Process()
    if let prefix {
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = ["-c", prefix + "; exec \"$0\" \"$@\"", Self.path] + arguments
    } else {
      process.executableURL = URL(fileURLWithPath: Self.path)
      process.arguments = arguments
    }
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    var all = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("REGNAS_") }
    all["GOMP_SPINCOUNT"] = "1000"
    process.environment = all.merging(environment) { $1 }
    // Files rather than pipes: a full pipe would stop the program.
    for name in ["stdout", "stderr"] {
      _ = FileManager.default.createFile(atPath: folder.file(name), contents: nil)
    }
    process.standardOutput = FileHandle(forWritingAtPath: folder.file("stdout"))
    process.standardError = FileHandle(forWritingAtPath: folder.file("stderr"))
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  func finish(_ process: Process) -> Result {
    process.waitUntilExit()
    let signal = process.terminationReason == .uncaughtSignal
    return Result(
      status: signal ? 128 + process.terminationStatus : process.terminationStatus,
      output: folder.text("stdout"),
      errors: folder.text("stderr")
    )
  }

  @discardableResult
  func callAsFunction(
    _ arguments: String...,
    environment: [String: String] = [:],
    shell: String? = nil
  ) throws -> Result {
    finish(try start(arguments, environment: environment, shell: shell))
  }
}

/// A temporary folder that goes when it is no longer used.
final class Folder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("regnas-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }
  func bytes(_ name: String) -> Data { FileManager.default.contents(atPath: file(name)) ?? Data() }
  func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }
  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
  }
  func write(_ data: Data, to name: String) throws {
    try data.write(to: URL(fileURLWithPath: file(name)))
  }
  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }
}

/// Real images, few enough for a run of seconds: random draws from Fashion-MNIST.
enum SmallData {
  static let source = "/usr/share/datasets/fashion-mnist"
  static var isThere: Bool { FileManager.default.fileExists(atPath: source) }

  static func make(in regnas: Regnas) throws {
    let result = try regnas(
      "data",
      "import",
      "idx",
      source,
      "--train",
      "640",
      "--search",
      "300",
      "--test",
      "200",
      "--seed",
      "3",
      "--out",
      "data.h5",
      "--quiet"
    )
    try #require(result.status == 0, "\(result.errors)")
  }

  /// A run of seconds; every phase is in it.
  static let configuration = """
    seed: 4
    data: {file: data.h5}
    supernet: {epochs: 3, batchSize: 64, calibrationImages: 64, calibrationBatchSize: 32}
    controller: {updates: 3, rollout: 3}
    search: {budgets: [20%, 60%], rewardImages: 100}
    family: {samples: 5, finalists: 2}
    runtime: {threads: 1, device: cpu}
    """
}

/// A refusal: its exit status, nothing on standard output, and what the message must name.
func expect(
  _ result: Regnas.Result,
  status: Int32,
  _ parts: String...,
  at location: SourceLocation = #_sourceLocation
) {
  expect(result, status: status, naming: parts, at: location)
}

func expect(
  _ result: Regnas.Result,
  status: Int32,
  naming parts: [String],
  at location: SourceLocation
) {
  #expect(result.status == status, "\(result.errors)", sourceLocation: location)
  #expect(result.output.isEmpty, sourceLocation: location)
  for part in parts {
    #expect(result.errors.contains(part), "\(result.errors)", sourceLocation: location)
  }
}
