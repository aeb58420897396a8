import Foundation
import TestSupport
import Testing

/// Runs the program as a user does, in a folder of its own.
///
/// ```swift
/// let regnas = try Regnas()
/// try regnas("sample checkpoints/whole --seed 9 --out other.h5 --json").status == 0
/// ```
struct Regnas {
  typealias Result = Program.Result

  /// The built program lies beside the bundle of tests.
  static let path: String = {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return bundle.appendingPathComponent("regnas").path
  }()

  /// The folder the program runs in.
  let folder: TemporaryFolder

  init() throws { self.init(in: try TemporaryFolder()) }

  init(in folder: TemporaryFolder) { self.folder = folder }

  /// `shell` is what a shell does before it becomes the program, such as `ulimit -f 100`.
  func start(
    _ command: Command,
    environment: [String: String] = [:],
    shell: String? = nil
  ) throws -> Program {
    var all = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("REGNAS_") }
    all["GOMP_SPINCOUNT"] = "1000"
    all.merge(environment) { $1 }
    guard let shell else {
      return try Program(Self.path, command.words, in: folder, environment: all)
    }
    let script = ["-c", shell + "; exec \"$0\" \"$@\"", Self.path]
    return try Program("/bin/bash", script + command.words, in: folder, environment: all)
  }

  @discardableResult
  func callAsFunction(
    _ command: Command,
    environment: [String: String] = [:],
    shell: String? = nil
  ) throws -> Result {
    try start(command, environment: environment, shell: shell).finish()
  }

  /// Ends the test where the program ends with another status than 0.
  @discardableResult
  func succeed(_ command: Command, at location: SourceLocation = #_sourceLocation) throws -> Result
  {
    let result = try self(command)
    let complaint: Comment = "\(command): \(result.errors)"
    try #require(result.status == 0, complaint, sourceLocation: location)
    return result
  }

  /// Expects a refusal: its exit status, nothing on standard output, and one error that names all of
  /// `parts`.
  @discardableResult
  func refuse(
    _ command: Command,
    _ status: Int32,
    _ parts: String...,
    shell: String? = nil,
    at location: SourceLocation = #_sourceLocation
  ) throws -> Result {
    let result = try self(command, shell: shell)
    let complaint: Comment = "\(command): \(result.errors)"
    #expect(result.status == status, complaint, sourceLocation: location)
    #expect(result.output.isEmpty, complaint, sourceLocation: location)
    let errors = result.errors.split(separator: "\n").filter {
      $0.lowercased().hasPrefix("error: ")
    }
    #expect(errors.count == 1, complaint, sourceLocation: location)
    for part in parts {
      #expect(result.errors.contains(part), complaint, sourceLocation: location)
    }
    return result
  }
}

/// A text of JSON as an object.
func object(_ json: String) throws -> [String: Any] {
  try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
}
