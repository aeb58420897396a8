import Foundation

/// The Python that sees Debian's `python3-h5py`.
enum H5py {
  static let isInstalled = (try? run("import h5py")) != nil

  /// Runs a program with arguments in `sys.argv[1:]`.
  static func run(_ program: String, _ arguments: String...) throws {
    struct Failure: Error, CustomStringConvertible { var description: String }
    let process = Process()
    let errors = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-c", program] + arguments
    process.standardError = errors
    try process.run()
    let complaint = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: String(decoding: complaint, as: UTF8.self))
    }
  }

  /// Makes a new file of all data sets and attributes of another.
  static func rewrite(_ source: String, as target: String) throws {
    try run(
      """
      import h5py, sys
      with h5py.File(sys.argv[1]) as old, h5py.File(sys.argv[2], 'w') as new:
        def attributes(item, copy):
          for key, value in item.attrs.items(): copy.attrs[key] = value
        def visit(name, item):
          if isinstance(item, h5py.Group): copy = new.require_group(name)
          elif item.shape and item.size > 100:
            copy = new.create_dataset(name, data=item[()], dtype=item.dtype, compression='gzip')
          else: copy = new.create_dataset(name, data=item[()], dtype=item.dtype)
          attributes(item, copy)
        old.visititems(visit)
        attributes(old, new)
      """,
      source,
      target
    )
  }
}
