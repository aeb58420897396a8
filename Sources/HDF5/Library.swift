import CHDF5
import Synchronization

#if _endian(big)
  #error("values are handed to HDF5 as little-endian memory")
#endif

/// The library is not safe for several threads at a time in every build, and a sequence of its
/// calls never is: every operation of this room holds this lock from its first call to its last.
private let library = Mutex<UInt64>(0)

/// Runs a whole operation under the process-wide lock. Not to be nested.
func withLibrary<Result>(_ body: () throws -> Result) throws -> Result {
  var outcome: Swift.Result<Result, any Error>?
  library.withLock { _ in
    _ = cleanUpAtExitIsOff
    silenceErrorPrinting()
    outcome = Swift.Result { try body() }
  }
  // The closure above has always run.
  return try outcome.unsafelyUnwrapped.get()
}

/// A name that no other file image of this process has. HDF5 takes two files of the core driver
/// for the same one when their names are equal.
func uniqueImageName() -> String {
  library.withLock { count in
    count += 1
    return "regnas-image-\(count)"
  }
}

// At exit the library would flush files that could not be written before, which crashes it when the
// disk is full. Every file of this room is closed by its owner.
private let cleanUpAtExitIsOff: Bool = H5dont_atexit() >= 0

// Printing is a setting of each thread.
private func silenceErrorPrinting() { _ = H5Eset_auto2(chdf5_error_stack(), nil, nil) }

/// The messages of the calling thread's error stack, innermost first.
func errorStack() -> [String] {
  var messages: [String] = []
  _ = withUnsafeMutablePointer(to: &messages) { pointer in
    H5Ewalk2(
      chdf5_error_stack(),
      H5E_WALK_UPWARD,
      { _, entry, context in
        if let text = entry?.pointee.desc, let context {
          context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: text))
        }
        return 0
      },
      pointer
    )
  }
  _ = H5Eclear2(chdf5_error_stack())
  return messages
}

/// An open HDF5 identifier: closed when the scope that owns it ends, under the lock that scope
/// holds anyway.
struct Handle: ~Copyable {
  let id: hid_t
  private let closer: (hid_t) -> herr_t

  init(_ id: hid_t, closer: @escaping (hid_t) -> herr_t) {
    self.id = id
    self.closer = closer
  }

  deinit { _ = closer(id) }
}

/// Where an operation takes place: turns failures of the library into errors.
struct Place {
  let file: String
  let object: String
  let operation: String

  /// `kind` says what a failure means when the error stack holds no word of the system.
  func failure(_ kind: HDF5Error.Kind) -> HDF5Error {
    let stack = errorStack()
    // "unable to write, errno = 28, error message = 'No space left on device', ..."
    let system = stack.first { $0.contains("errno = ") }
    let cause: String
    if let system, let start = system.firstRange(of: "error message = '"),
      let end = system[start.upperBound...].firstIndex(of: "'")
    {
      cause = String(system[start.upperBound..<end])
    } else {
      cause = stack.first ?? "HDF5 gave no reason"
    }
    // errno 11 is EAGAIN: the lock is held by another.
    if stack.contains(where: {
      $0.contains("unable to lock") && $0.contains("errno = 11,")
    }) {
      return error(.busy, "another process has the file open for writing")
    }
    return error(system == nil ? kind : .inputOutput, cause)
  }

  func error(_ kind: HDF5Error.Kind, _ cause: String, remedy: String? = nil) -> HDF5Error {
    HDF5Error(
      kind,
      file: file,
      object: object,
      operation: operation,
      cause: cause,
      remedy: remedy
    )
  }

  func own(
    _ id: hid_t,
    _ closer: @escaping (hid_t) -> herr_t,
    or kind: HDF5Error.Kind
  ) throws -> Handle {
    guard id >= 0 else { throw failure(kind) }
    return Handle(id, closer: closer)
  }

  func check(_ status: herr_t, or kind: HDF5Error.Kind) throws {
    if status < 0 { throw failure(kind) }
  }
}
