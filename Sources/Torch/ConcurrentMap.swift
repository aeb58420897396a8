import CTorch

extension TorchRuntime {
  /// `[body(0), body(1), ...]`, computed on as many threads as are set, each part on one: what a part
  /// gives does not depend on their number. On another device than the processor, where it is the
  /// device that computes in parallel, one part follows another.
  ///
  /// `body` is called from several threads at once. It may read the tensors it captures, must change
  /// none that another part sees, and calls ``withoutGradient(_:)`` itself: that holds for a thread.
  ///
  /// Throws what the first part that failed, by its index, has thrown.
  public static func concurrentMap<T>(
    _ count: Int,
    on device: Device = .cpu,
    _ body: (Int) throws -> T
  ) throws -> [T] {
    guard device == .cpu else { return try (0..<count).map(body) }
    return try withoutActuallyEscaping(body) { body in
      // OpenBLAS has one setting for all threads.
      rt_switch_blas_threads(1)
      defer { rt_switch_blas_threads(Int32(threads)) }
      let work = Work(count: count, body: body)
      rt_parallel(
        Int64(count),
        { context, part in
          guard let context else { return }
          Unmanaged<AnyWork>.fromOpaque(context).takeUnretainedValue().run(Int(part))
        },
        Unmanaged<AnyWork>.passUnretained(work).toOpaque()
      )
      return try work.results()
    }
  }
}

/// What crosses into C, without its type parameter.
private class AnyWork {
  func run(_ part: Int) {}
}

private final class Work<T>: AnyWork {
  private let body: (Int) throws -> T
  private let slots: UnsafeMutableBufferPointer<Result<T, any Error>?>

  init(count: Int, body: @escaping (Int) throws -> T) {
    self.body = body
    slots = .allocate(capacity: count)
    slots.initialize(repeating: nil)
  }

  deinit {
    slots.deinitialize()
    slots.deallocate()
  }

  /// Each part writes to a slot of its own.
  override func run(_ part: Int) { slots[part] = Result { try body(part) } }

  func results() throws -> [T] {
    try slots.map { slot in
      guard let slot else {
        throw TorchError(operation: "concurrent map", message: "a part was not computed")
      }
      return try slot.get()
    }
  }
}
