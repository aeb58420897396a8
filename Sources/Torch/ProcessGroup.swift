import CTorch

/// One rank's view of a group of workers that share a batch and exchange what it needs.
///
/// A group is passed to whoever needs it, as
/// ``Tensor/batchNormTraining(weight:bias:runningMean:runningVariance:batches:momentum:epsilon:then:over:)``
/// does; nothing is found through the thread that runs. Every operation is *collective*: all ranks call
/// it, in the same order and with tensors that agree, and all get the same result, bit for bit. Sums
/// are taken in the order of ranks, so that they have the same bits in every run of as many ranks.
/// Tensors are taken by their values, outside autograd; results are new tensors.
///
/// An operation throws ``TorchError`` on every rank where the ranks called different ones, where a
/// rank failed, and where one has ended without calling it. After that the group cannot be used.
///
/// ```swift
/// let sums = try ProcessGroup.runLocalRanks(2) { group in
///   try group.allReduce(Tensor(Float(group.rank + 1)), .sum).scalar()
/// }  // [3, 3]
/// ```
///
/// Threads of this process (``runLocalRanks(_:_:)``) are the only kind so far; what a kind does is behind
/// the handle (`CKernels/group.hpp`). Threads within several processes are meant to become one group,
/// ranks counted process by process: the threads of each process meet first and one of them exchanges
/// for all, so that an operation costs one message per process.
///
/// A group belongs to the thread that runs its rank, so it is not `Sendable`.
package final class ProcessGroup {
  let handle: OpaquePointer

  /// Takes ownership of a handle of the shim.
  init(owning handle: OpaquePointer) { self.handle = handle }

  deinit { rt_group_free(handle) }

  /// From 0 to `size - 1`.
  package var rank: Int { Int(rt_group_rank(handle)) }
  package var size: Int { Int(rt_group_size(handle)) }

  package enum Reduction: Sendable, Hashable, CaseIterable {
    /// Of float32 in float64, rounded at the end.
    case sum
    case max

    var code: rt_reduction {
      switch self {
      case .sum: RT_REDUCE_SUM
      case .max: RT_REDUCE_MAX
      }
    }
  }

  /// The sum or the largest, element by element, of the tensors of all ranks: float32, float64 or int64,
  /// of the same shape on every rank.
  package func allReduce(_ tensor: Tensor, _ reduction: Reduction) throws -> Tensor {
    try produce("all-reduce", [tensor]) {
      rt_group_all_reduce(handle, tensor.handle, reduction.code, $0, $1)
    }
  }

  /// The values that rank `root` passes; those of the others only give type and shape, which must
  /// be the same.
  package func broadcast(_ tensor: Tensor, from root: Int) throws -> Tensor {
    try produce("broadcast from rank \(root)", [tensor]) {
      rt_group_broadcast(handle, tensor.handle, Int32(root), $0, $1)
    }
  }

  /// The tensors of all ranks, in their order. The first size may differ from rank to rank, 0 included;
  /// type and other sizes must not.
  package func allGather(_ tensor: Tensor) throws -> [Tensor] {
    var handles = [OpaquePointer?](repeating: nil, count: size)
    try check("all-gather", [tensor]) {
      rt_group_all_gather(handle, tensor.handle, &handles, $0)
    }
    return handles.compactMap { $0.map(Tensor.init(owning:)) }
  }

  /// Returns when all ranks have called it.
  package func barrier() throws { try check("barrier") { rt_group_barrier(handle, $0) } }
}

extension ProcessGroup {
  private static let most = 4096

  /// What `body` gives on each rank of a group of `size` threads of this process, which run at the
  /// same time. libtorch computes what a rank asks for on its thread alone.
  ///
  /// Nil, without having run anything, where that many threads are not available.
  ///
  /// Throws the error of the first rank that failed by itself, and not because another had.
  ///
  /// `body` is called from several threads at once. It may read tensors it captures, must change
  /// none that another rank sees, and calls ``withoutGradient(_:)`` itself, since that setting
  /// belongs to a thread.
  package static func runLocalRanks<T>(
    _ size: Int,
    _ body: (ProcessGroup) throws -> T
  ) throws -> [T]? {
    guard 1...most ~= size else {
      throw TorchError(
        operation: "running ranks",
        message: "a group of threads has 1 to \(most) ranks, not \(size)"
      )
    }
    return try withoutActuallyEscaping(body) { body in
      let work = ConcurrentWork(count: size, body: body)
      var ran = false
      try check("running \(size) ranks") {
        rt_run_local_ranks(
          Int32(size),
          { context, handle in
            guard let context, let handle else { return false }
            let group = ProcessGroup(owning: handle)
            return AnyConcurrentWork<ProcessGroup>.at(context).run(group, at: group.rank)
          },
          work.context,
          &ran,
          $0
        )
      }
      return ran ? try work.results() : nil
    }
  }
}
