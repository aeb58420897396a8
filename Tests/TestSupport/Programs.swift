import Foundation
import Testing

/// Runs a program to its end and gives its standard output. Throws, with what it said on standard
/// error, where it ends with another status than 0.
@discardableResult
package func run(_ program: String, _ arguments: String...) throws -> String {
  try run(program, arguments)
}

@discardableResult
package func run(_ program: String, _ arguments: [String]) throws -> String {
  struct Failure: Error, CustomStringConvertible {
    var status: Int32
    var description: String
  }
  let process = Process()
  let (output, errors) = (Pipe(), Pipe())
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  process.standardOutput = output
  process.standardError = errors
  try process.run()
  let text = output.fileHandleForReading.readDataToEndOfFile()
  let complaint = errors.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    throw Failure(
      status: process.terminationStatus,
      description: String(decoding: complaint, as: UTF8.self)
    )
  }
  return String(decoding: text, as: UTF8.self)
}

/// The Python that sees Debian's `python3-h5py`.
package enum H5py {
  package static let isInstalled = (try? run("import h5py")) != nil
  package static let note: Comment = "needs h5py: apt install python3-h5py"

  /// Runs a program with arguments in `sys.argv[1:]`; gives its standard output.
  @discardableResult
  package static func run(_ program: String, _ arguments: String...) throws -> String {
    try TestSupport.run("/usr/bin/python3", ["-c", program] + arguments)
  }
}
