import Torch

/// Threads that take a training batch through a subnet together, each a share of the images and on its
/// own, but for batch norms, which are those of the whole batch.
///
/// Threads that share each operation instead wait for one another some hundred times a subnet, and
/// everything between operations is done by one of them. Losses and gradients are the same up to the
/// order of sums, which depends on the number of threads.
package final class TrainingTeam {
  /// A member's part of the batch.
  package struct Share {
    package let index: Int
    package let start: Int
    package let count: Int
    package let batch: Int
    /// The supernet's tensors, with gradients of the member's own.
    package let store: TensorStore

    /// What the member's mean counts in that of the batch.
    package var weight: Double { Double(count) / Double(batch) }

    /// The rows of the share.
    package func rows(of tensor: Tensor) throws -> Tensor {
      count == batch ? tensor : try tensor.narrowed(0, from: start, count: count)
    }
  }

  /// On one thread libtorch hands 1 x 1 convolutions of fewer images to BLAS, at half the speed.
  private static let fewestImages = 16

  private let supernet: Supernet
  /// Of members after the first, made when there are that many.
  private var replicas: [Replica] = []

  package init(_ supernet: Supernet) { self.supernet = supernet }

  /// What `body` gives for each share of a batch, in their order. It has to run the same layers for all,
  /// and backward; the gradients of the shares add up in the supernet's parameters. Where one fails, all
  /// gradients are taken away.
  package func map<T>(batch: Int, _ body: (Share) throws -> T) throws -> [T] {
    let isShared = supernet.formulation == .fast && supernet.device == .cpu
    let members =
      isShared ? max(1, min(TorchRuntime.threads, batch / Self.fewestImages)) : 1
    func share(_ index: Int) -> Share {
      let start = batch * index / members
      return Share(
        index: index,
        start: start,
        count: batch * (index + 1) / members - start,
        batch: batch,
        store: index == 0 ? supernet.store : replicas[index - 1].store
      )
    }
    while replicas.count < members - 1 { replicas.append(try Replica(supernet)) }
    do {
      if members > 1,
        let results = try TorchRuntime.shareBatch(among: members, { try body(share($0)) })
      {
        for replica in replicas.prefix(members - 1) {
          try Tensor.addGradients(to: replica.originals, from: replica.parameters)
        }
        return results
      }
      return [
        try body(Share(index: 0, start: 0, count: batch, batch: batch, store: supernet.store))
      ]
    } catch {
      for parameter in supernet.parameters.map(\.value) + replicas.flatMap(\.parameters) {
        try parameter.clearGradient()
      }
      throw error
    }
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
