import Torch

// How batches go through layers: from where outputs are kept, keeping what others will want.
extension RolloutEvaluator {
  /// Batches of images on their way through the layers of a path.
  struct Traversal {
    var path: [Int]
    var images: String?
    /// Of all images together, for one value of each.
    var bytesPerValue: Int
    var batchCount: Int
    /// Kept outputs are of use up to that of the node before this position.
    var knownCount = Int.max
  }

  /// Takes batches through a path from the deepest node whose outputs are kept, keeping those that
  /// other architectures will want. Batches are spread over the threads.
  func run<Memo, Result>(
    _ traversal: Traversal,
    memo: Memo,
    input: (Int) throws -> Tensor,
    body: (Int, Tensor, inout Memo) throws -> Tensor,
    finish: (Tensor, Memo) throws -> Result
  ) throws -> [Result] {
    let path = traversal.path
    let keys = path.map { Key(node: $0, images: traversal.images) }
    for key in keys { kept.touch(key) }
    let start = keys.prefix(traversal.knownCount).lastIndex { kept[$0] != nil }.map { $0 + 1 } ?? 0
    let inputs = start > 0 ? kept[keys[start - 1]] : nil
    for position in start..<max(start, path.count - 1) {
      guard trie.isForked(path[position], before: path[position + 1]),
        kept[keys[position]] == nil
      else { continue }
      let node = trie.nodes[path[position]]
      _ = kept.reserve(
        keys[position],
        bytes: node.outputCount * traversal.bytesPerValue,
        // The layers that would have to run again.
        worth: Double(position + 1),
        pinned: start > 0 ? keys[start - 1] : nil
      )
    }
    // Those that still have a place after room was made for the later ones.
    let isKept = keys.map { kept.holds($0) && kept[$0] == nil }
    defer { kept.dropUnfilled() }
    let parts = try TorchRuntime.concurrentMap(traversal.batchCount, on: supernet.device) { batch in
      try withoutGradient {
        var memo = memo
        var outputs: [Tensor] = []
        var x = try inputs?[batch] ?? input(batch)
        for position in start..<path.count {
          x = try body(position, x, &memo)
          if isKept[position] { outputs.append(x) }
        }
        return (result: try finish(x, memo), outputs: outputs)
      }
    }
    for (index, position) in isKept.indices.filter({ isKept[$0] }).enumerated() {
      kept.fill(keys[position], parts.map { $0.outputs[index] })
    }
    return parts.map(\.result)
  }
}
