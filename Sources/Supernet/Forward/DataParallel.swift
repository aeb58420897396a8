import Torch

/// Takes a training batch through a subnet on several threads: each is a rank of a group and
/// computes its shard of the images on its own, except for batch norm, whose statistics are those
/// of the whole batch.
///
/// Threads that share each operation instead wait for one another some hundred times a subnet, and
/// everything between operations is done by one of them. Losses and gradients are the same up to the
/// order of sums, which depends on the number of threads.
package final class DataParallel {
  /// One rank's part of the batch.
  package struct Shard {
    /// The ranks that take the batch together; nil where one takes all of it, on all threads.
    package let group: ProcessGroup?
    /// Of the first image.
    package let start: Int
    /// How many images, of `batch`.
    package let count: Int
    package let batch: Int
    /// The supernet's tensors. On ranks above 0, parameters only, with gradients of their own.
    package let store: TensorStore

    package var rank: Int { group?.rank ?? 0 }

    /// The weight of the shard's mean in that of the batch.
    package var weight: Double { Double(count) / Double(batch) }

    /// The shard's rows of a tensor with one for each image.
    package func rows(of tensor: Tensor) throws -> Tensor {
      count == batch ? tensor : try tensor.narrowed(0, from: start, count: count)
    }
  }

  /// On one thread libtorch hands 1 x 1 convolutions of fewer images to BLAS, at half the speed.
  private static let fewestImages = 16

  private let supernet: Supernet
  /// Those of the ranks above 0, made when they are first needed.
  private var replicas: [Replica] = []

  /// Whether batch norm can be over a group.
  private let isFloat32: Bool

  package init(_ supernet: Supernet) {
    self.supernet = supernet
    isFloat32 = supernet.parameters.allSatisfy { $0.value.elementType == .float32 }
  }

  /// The results of `body` for the shards of a batch, in their order. `body` has to run the same
  /// layers, forward and backward, for every shard; the gradients of the shards add up in the
  /// supernet's parameters, in the order of ranks. Where one shard fails, all gradients are
  /// cleared.
  package func map<T>(batch: Int, _ body: (Shard) throws -> T) throws -> [T] {
    let size = ranks(batch: batch)
    while replicas.count < size - 1 { replicas.append(try Replica(supernet)) }
    do {
      if size > 1,
        let results = try ProcessGroup.runLocalRanks(
          size,
          { group in
            let start = batch * group.rank / size
            return try body(
              Shard(
                group: group,
                start: start,
                count: batch * (group.rank + 1) / size - start,
                batch: batch,
                store: group.rank == 0 ? supernet.store : replicas[group.rank - 1].store
              )
            )
          }
        )
      {
        for replica in replicas.prefix(size - 1) {
          try Tensor.addGradients(to: replica.originals, from: replica.parameters)
        }
        return results
      }
      return [
        try body(Shard(group: nil, start: 0, count: batch, batch: batch, store: supernet.store))
      ]
    } catch {
      for parameter in supernet.parameters.map(\.value) + replicas.flatMap(\.parameters) {
        try parameter.clearGradient()
      }
      throw error
    }
  }

  /// How many ranks take a batch.
  private func ranks(batch: Int) -> Int {
    guard supernet.formulation == .fast, supernet.device == .cpu, isFloat32 else { return 1 }
    return max(1, min(TorchRuntime.threads, batch / Self.fewestImages))
  }
}

/// The parameters of a supernet in the same memory, but with gradients of their own.
private struct Replica {
  let store: TensorStore
  let parameters: [Tensor]
  let originals: [Tensor]

  init(_ supernet: Supernet) throws {
    let named = supernet.parameters
    originals = named.map(\.value)
    parameters = try originals.map { try $0.detached() }
    for parameter in parameters { try parameter.requireGradient() }
    store = TensorStore(
      Dictionary(uniqueKeysWithValues: zip(named.map(\.name), parameters))
    )
  }
}
