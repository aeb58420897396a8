import Testing

/// The Python that sees Debian's `python3-h5py`.
package enum H5py {
  package static let isInstalled = (try? run("import h5py")) != nil
  package static let note: Comment = "needs h5py: apt install python3-h5py"

  private static let python = "/usr/bin/python3"

  /// Runs a program with arguments in `sys.argv[1:]`; gives its standard output.
  @discardableResult
  package static func run(
    _ program: String,
    _ arguments: String...,
    in folder: TemporaryFolder? = nil
  ) throws -> String {
    try run(program, arguments, in: folder)
  }

  @discardableResult
  package static func run(
    _ program: String,
    _ arguments: [String],
    in folder: TemporaryFolder? = nil
  ) throws -> String {
    try TestSupport.run(python, ["-c", program] + arguments, in: folder)
  }

  /// Starts a program that the caller ends.
  package static func start(_ program: String, _ arguments: String...) throws -> Program {
    try Program(python, ["-c", program] + arguments)
  }

  /// Makes a new file of all data sets and attributes of another: the same content in another
  /// layout, and without our seal.
  package static func rewrite(_ source: String, as target: String) throws {
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
