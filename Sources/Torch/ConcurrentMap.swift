import CTorch

extension TorchRuntime {
  /// `[body(0), body(1), ...]`, computed on as many threads as are set, each part on one: what a part
  /// gives does not depend on their number. On another device than the processor, where it is the
  /// device that computes in parallel, one part follows another.
  ///
  /// `body` is called from several threads at once. It may read the tensors it captures, must
  /// change none that another part sees, and calls ``withoutGradient(_:)`` itself, since that
  /// setting belongs to a thread.
  ///
  /// Throws the error of the first part, by index, that failed.
  package static func concurrentMap<T>(
    _ count: Int,
    on device: Device = .cpu,
    _ body: (Int) throws -> T
  ) throws -> [T] {
    guard device == .cpu else { return try (0..<count).map(body) }
    return try withoutActuallyEscaping(body) { body in
      let work = ConcurrentWork(count: count, body: body)
      rt_parallel(
        Int64(count),
        { context, part in
          guard let context else { return }
          _ = AnyConcurrentWork<Int>.at(context).run(Int(part), at: Int(part))
        },
        work.context
      )
      return try work.results()
    }
  }
}
