import CHDF5
import Foundation
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
    _ = LZFFilter.isRegistered
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

/// One entry of an error stack.
struct LibraryMessage {
  var text: String
  /// The library's minor error code, such as "cannot allocate".
  var code: hid_t

  /// The system's `errno`. HDF5 keeps it nowhere but in its text: "unable to write, errno = 28, ...".
  var systemCode: Int32? {
    guard let start = text.firstRange(of: "errno = ")?.upperBound else { return nil }
    return Int32(text[start...].prefix { $0.isNumber })
  }

  var lacksMemory: Bool { code == chdf5_cannot_allocate() || code == chdf5_no_space() }
}

/// The calling thread's error stack, innermost first.
func errorStack() -> [LibraryMessage] {
  var messages: [LibraryMessage] = []
  _ = withUnsafeMutablePointer(to: &messages) { pointer in
    H5Ewalk2(
      chdf5_error_stack(),
      H5E_WALK_UPWARD,
      { _, entry, context in
        if let entry = entry?.pointee, let text = entry.desc, let context {
          context.assumingMemoryBound(to: [LibraryMessage].self).pointee.append(
            LibraryMessage(text: String(cString: text), code: entry.min_num)
          )
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

  /// `kind` says what a failure means when it was not the system that refused.
  func failure(_ kind: HDF5Error.Kind) -> HDF5Error {
    let stack = errorStack()
    guard let system = stack.lazy.compactMap(\.systemCode).first else {
      return HDF5Error(
        kind,
        file: file,
        object: object,
        operation: operation,
        cause: stack.first?.text ?? "HDF5 gave no reason",
        lacksMemory: stack.contains(where: \.lacksMemory)
      )
    }
    // The lock of the file is held by another. (No other operation on a file fails with this code.)
    if system == EAGAIN { return error(.busy, "another process has the file open for writing") }
    return error(.inputOutput, systemCode: system)
  }

  /// A refusal of the system.
  func error(_ kind: HDF5Error.Kind, systemCode: Int32) -> HDF5Error {
    HDF5Error(
      kind,
      file: file,
      object: object,
      operation: operation,
      cause: String(cString: strerror(systemCode)),
      systemCode: systemCode
    )
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
