/// HDF5 files without a seal of ours: data sets of other programs, files of ours rewritten by h5py.
///
/// HDF5 1.10 trusts what it reads. Some damaged files crash it, keep it busy for ever or make it
/// ask for all memory there is, and no check from outside can tell. So whoever runs a whole program
/// has each such file read once elsewhere, in a process that may die:
///
/// ```swift
/// let check = UnsealedFiles.Check { path in try readInAnotherProcess(path) }
/// try UnsealedFiles.$check.withValue(check) { try runTheProgram() }
/// ```
///
/// Sealed files are never given to the check: their seal has been verified.
package enum UnsealedFiles {
  /// Called with the path of a file before the library sees a byte of it; throws if it must not.
  package struct Check: Sendable {
    let run: @Sendable (_ path: String) throws -> Void

    package init(_ run: @escaping @Sendable (_ path: String) throws -> Void) { self.run = run }
  }

  // A bare function as the value crashes programs that Swift 6.3.1 has optimised.
  @TaskLocal package static var check: Check?

  /// What the other process does: opens every object of a file by the same calls as the readers of
  /// this package, and reads all of it. Errors are passed over, since the reader will meet them
  /// too; only memory that is refused to this process might be given to the next.
  ///
  /// - Parameter willRead: is told before each block of a data set how many bytes unpacking it takes.
  /// - Returns: whether there was memory enough for all that was read.
  package static func readEverything(
    in path: String,
    willRead: @escaping (_ bytes: Int) -> Void = { _ in }
  ) -> Bool {
    var walk = Walk(willRead: willRead)
    guard let file = walk.attempt({ try HDF5File.open(path) }) else { return walk.hadMemory }
    walk.read(file.root)
    walk.attempt { try file.close() }
    return walk.hadMemory
  }

  /// Objects may be linked to several times, and groups to themselves.
  private struct Walk {
    let willRead: (Int) -> Void
    var hadMemory = true
    private var seen: Set<ObjectIdentity> = []

    init(willRead: @escaping (Int) -> Void) { self.willRead = willRead }

    @discardableResult
    mutating func attempt<Value>(_ body: () throws -> Value) -> Value? {
      do { return try body() } catch {
        if let error = error as? HDF5Error, error.lacksMemory { hadMemory = false }
        return nil
      }
    }

    mutating func read(_ group: HDF5Group) {
      guard isNew(group) else { return }
      readAttributes(of: group)
      for name in attempt({ try group.childNames() }) ?? [] {
        switch attempt({ try group.kind(of: name) }) ?? nil {
        case .group: if let child = attempt({ try group.group(name) }) { read(child) }
        case .dataset: if let child = attempt({ try group.dataset(name) }) { read(child) }
        case .other, nil: continue
        }
      }
    }

    private mutating func isNew(_ object: some HDF5Object) -> Bool {
      attempt { try object.identity() }.map { seen.insert($0).inserted } ?? false
    }

    private mutating func readAttributes(of object: some HDF5Object) {
      for name in attempt({ try object.attributeNames() }) ?? [] {
        attempt { try object.anyAttribute(name) }
      }
    }

    private mutating func read(_ dataset: HDF5Dataset) {
      guard isNew(dataset) else { return }
      readAttributes(of: dataset)
      attempt { try dataset.fileOffset() }
      let willRead = willRead
      attempt { try dataset.computeChecksum(willRead: willRead) }
    }
  }
}
