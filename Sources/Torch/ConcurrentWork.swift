import CTorch

/// What crosses into C, without the type of its results.
class AnyConcurrentWork<Input> {
  /// Runs a part and returns whether it succeeded.
  func run(_ input: Input, at part: Int) -> Bool { false }

  /// Valid as long as this object lives.
  final var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  static func at(_ context: UnsafeMutableRawPointer) -> AnyConcurrentWork {
    Unmanaged.fromOpaque(context).takeUnretainedValue()
  }
}

/// A closure that C calls from several threads, once for each part, and what it gave.
///
/// The closure goes to other threads through a pointer, so the compiler does not check it for `Sendable`.
/// Why it is safe:
///
/// - *It is not called after it may be.* C returns only when all its threads have left `run` (OpenMP joins
///   them), this object and the closure live until then, and `withoutActuallyEscaping` would trap if the
///   closure outlived the call.
/// - *No two threads touch the same slot.* C hands out each part once, from an atomic counter, and `run`
///   writes to the slot of its part alone. Slots are fixed memory, so no write moves another's.
/// - *Results are read after they were written.* The join comes between.
/// - *What the closure captures* is not proven here; the callers have to see to it, and are ours only:
///   both functions that make such work are `package`. `RolloutEvaluator.run` and the benchmark read
///   captured tensors and keep their changes in local variables. `DataParallel.map` gives each rank tensors
///   with gradients of its own, on memory that no rank writes to while others read; running statistics
///   are written by rank 0 and read by nobody. libtorch allows tensors to be read at the same time, and
///   counts references atomically, as Swift does.
/// - *Results cross back* from the thread that made them to the caller, and none stays behind: a part keeps
///   nothing when it has returned.
final class ConcurrentWork<Input, Output>: AnyConcurrentWork<Input> {
  private let body: (Input) throws -> Output
  private let slots: UnsafeMutableBufferPointer<Result<Output, any Error>?>

  init(count: Int, body: @escaping (Input) throws -> Output) {
    self.body = body
    slots = .allocate(capacity: count)
    slots.initialize(repeating: nil)
  }

  deinit {
    slots.deinitialize()
    slots.deallocate()
  }

  override func run(_ input: Input, at part: Int) -> Bool {
    do {
      slots[part] = .success(try body(input))
      return true
    } catch {
      slots[part] = .failure(error)
      return false
    }
  }

  /// In the order of parts. Throws the error of the first part that failed by itself, and not
  /// because another had.
  func results() throws -> [Output] {
    for case .failure(let error)? in slots where !isOfAnother(error) { throw error }
    return try slots.map { slot in
      guard let slot else {
        throw TorchError(operation: "concurrent map", message: "a part was not computed")
      }
      return try slot.get()
    }
  }

  /// Whether it only says that another rank has failed.
  private func isOfAnother(_ error: any Error) -> Bool {
    (error as? TorchError)?.message == String(cString: rt_failure_of_another_rank())
  }
}
