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
      let work = Work(count: count, body: body)
      rt_parallel(
        Int64(count),
        { context, part in
          guard let context else { return }
          _ = Unmanaged<AnyWork>.fromOpaque(context).takeUnretainedValue().run(Int(part))
        },
        Unmanaged<AnyWork>.passUnretained(work).toOpaque()
      )
      return try work.results()
    }
  }

  /// `[body(0), body(1), ...]`, computed at the same time on as many threads, each for a share of one
  /// training batch: fused training batch norms
  /// (``Tensor/batchNormTraining(weight:bias:runningMean:runningVariance:batches:momentum:epsilon:then:)``)
  /// take the moments of all shares together, forward and backward. So every `body` has to go through
  /// the same layers; where one fails, the others do too, and what it threw is thrown.
  ///
  /// Nil, and nothing was run, where there are not that many threads to have.
  public static func shareBatch<T>(
    among members: Int,
    _ body: (Int) throws -> T
  ) throws -> [T]? {
    try withoutActuallyEscaping(body) { body in
      let work = Work(count: members, body: body)
      var ran = false
      try check("sharing a batch") {
        rt_team(
          Int32(members),
          { context, member in
            guard let context else { return false }
            return Unmanaged<AnyWork>.fromOpaque(context).takeUnretainedValue().run(Int(member))
          },
          Unmanaged<AnyWork>.passUnretained(work).toOpaque(),
          &ran,
          $0
        )
      }
      return ran ? try work.results() : nil
    }
  }
}

/// What crosses into C, without its type parameter.
private class AnyWork {
  /// Whether the part was computed.
  func run(_ part: Int) -> Bool { false }
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
  override func run(_ part: Int) -> Bool {
    do {
      slots[part] = .success(try body(part))
      return true
    } catch {
      slots[part] = .failure(error)
      return false
    }
  }

  func results() throws -> [T] {
    for case .failure(let error)? in slots where !isOfAnother(error) { throw error }
    return try slots.map { slot in
      guard let slot else {
        throw TorchError(operation: "concurrent map", message: "a part was not computed")
      }
      return try slot.get()
    }
  }

  /// Whether it only says that another part has failed.
  private func isOfAnother(_ error: any Error) -> Bool {
    (error as? TorchError)?.message == String(cString: rt_failure_of_another)
  }
}
