import Foundation

/// A program that was started. What it prints is kept in files, so it is never held up by a reader
/// that is slow, and can be read while it runs.
package final class Program {
  /// How a program ended.
  package struct Result {
    /// 128 and the signal for one that a signal ended, as a shell has it.
    package var status: Int32
    package var output: String
    package var errors: String
  }

  private let process = Process()
  private let printed: TemporaryFolder

  /// Starts the program at `path`. It has nothing to read on standard input.
  package init(
    _ path: String,
    _ arguments: [String],
    in folder: TemporaryFolder? = nil,
    environment: [String: String]? = nil
  ) throws {
    printed = try TemporaryFolder()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder.path) }
    if let environment { process.environment = environment }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(
      forWritingTo: URL(fileURLWithPath: printed.put("", "output"))
    )
    process.standardError = try FileHandle(
      forWritingTo: URL(fileURLWithPath: printed.put("", "errors"))
    )
    try process.run()
  }

  package var identifier: Int32 { process.processIdentifier }
  package var isRunning: Bool { process.isRunning }

  /// What it has printed so far.
  package var output: String { printed.text("output") }
  /// What it has printed on standard error so far.
  package var errors: String { printed.text("errors") }

  /// Waits until it has printed `text` on either stream, for at most so many seconds and no longer
  /// than it runs. Says whether it has.
  @discardableResult
  package func wait(toPrint text: String, seconds: Double = 60) -> Bool {
    wait(seconds: seconds) { self.output.contains(text) || self.errors.contains(text) }
  }

  /// Waits until `isReached` holds, for at most so many seconds and no longer than the program runs.
  @discardableResult
  package func wait(seconds: Double = 60, until isReached: () -> Bool) -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    while isRunning, Date() < end {
      if isReached() { return true }
      Thread.sleep(forTimeInterval: 0.02)
    }
    return isReached()
  }

  package func send(_ signal: Int32) { kill(identifier, signal) }

  /// Waits for its end.
  @discardableResult
  package func finish() -> Result {
    process.waitUntilExit()
    let signal = process.terminationReason == .uncaughtSignal
    return Result(
      status: signal ? 128 + process.terminationStatus : process.terminationStatus,
      output: output,
      errors: errors
    )
  }
}

/// Runs a program to its end and gives its standard output. Throws, with what it said on standard
/// error, where it ends with another status than 0.
@discardableResult
package func run(
  _ program: String,
  _ arguments: [String],
  in folder: TemporaryFolder? = nil
) throws -> String {
  struct Failure: Error, CustomStringConvertible { var description: String }
  let result = try Program(program, arguments, in: folder).finish()
  guard result.status == 0 else {
    throw Failure(description: "\(program) ended with status \(result.status): \(result.errors)")
  }
  return result.output
}

@discardableResult
package func run(_ program: String, _ arguments: String...) throws -> String {
  try run(program, arguments)
}
