import Foundation
import Networks
import SearchSpaces
import Torch

/// Predicts with architectures of one supernet, each calibrated on the same images, computing once
/// what they have in common.
///
/// Batch-norm statistics and outputs of a layer depend only on the layers before it, so architectures
/// that agree on their first layers share them: within a rollout, and with what was evaluated before
/// as far as `memoryLimit` lets outputs be kept. Layers run with batch norm folded, and batches of
/// images are spread over the threads, each on one of them.
///
/// What an architecture predicts depends neither on which others were evaluated, nor on the limit,
/// nor on the number of threads, bit for bit. It is what the *reference evaluator*, a
/// ``CalibratedSubnet`` of the plain ``Formulation``, predicts, but for rounding.
///
/// ```swift
/// let evaluator = RolloutEvaluator(supernet, calibration: batches, memoryLimit: 1 << 30)
/// try evaluator.expect(rollout)
/// for architecture in rollout { let classes = try evaluator.classes(of: architecture, on: images) }
/// ```
package final class RolloutEvaluator {
  package let precision: ComputePrecision
  let supernet: Supernet
  private let calibration: [Tensor]
  private let calibrationImages: Int
  private let generation: Int
  var trie = LayerTrie()
  var kept: BoundedStore<Key, [Tensor]>
  private var folded: BoundedStore<Int, StaticNetwork>
  /// Of the architectures announced last.
  private var expectedPaths: [Architecture: [Int]] = [:]

  struct Key: Hashable {
    var node: Int
    /// Digest of the images that the outputs belong to; nil for those of calibration.
    var images: String?
  }

  /// - Parameters:
  ///   - calibration: batches of training images, `[batch, channels, height, width]`.
  ///   - memoryLimit: bytes of outputs kept for architectures to come, and half as many of folded
  ///     weights. What a single architecture needs for a batch on each thread, and its own weights,
  ///     come on top.
  package init(
    _ supernet: Supernet,
    calibration: [Tensor],
    precision: ComputePrecision = .float32,
    memoryLimit: Int
  ) {
    self.supernet = supernet
    self.calibration = calibration
    self.precision = precision
    calibrationImages = calibration.reduce(0) { $0 + $1.size(0) }
    generation = supernet.generation
    kept = BoundedStore(limit: memoryLimit)
    folded = BoundedStore(limit: memoryLimit / 2)
  }

  /// Bytes of outputs kept at present.
  package var keptBytes: Int { kept.bytes }

  /// Announces architectures to come, so that what they share is kept. Only speed depends on it, and
  /// is best when they then come in lexicographic order.
  package func expect(_ architectures: some Sequence<Architecture>) throws {
    for node in trie.nodes.indices { trie.nodes[node].pending = 0 }
    expectedPaths = [:]
    for architecture in architectures {
      let path = try path(of: architecture)
      expectedPaths[architecture] = path
      for node in path { trie.nodes[node].pending += 1 }
    }
  }

  /// The class of the largest logit, the first among equals, for each image.
  ///
  /// Throws ``SupernetError/staleSubnet(architecture:)`` once the supernet's weights have changed.
  package func classes(of architecture: Architecture, on images: ImageSet) throws -> [Int32] {
    // Read once: each read waits for the device.
    let batches = try evaluate(architecture, on: images) { try $0.argmax(1) }
    return try Tensor.concatenated(batches, dimension: 0).array(Int.self).map(Int32.init)
  }

  /// Logits by batch, row by row: `batch * classes` values each.
  package func logits(of architecture: Architecture, on images: ImageSet) throws -> [[Float]] {
    try evaluate(architecture, on: images) { try $0.to(.float32).array() }
  }

  /// The classes of ``classes(of:on:)``, to the bit, and how sure the network is of them: the softmax
  /// probability of the predicted class and that of the true class, for each image. Layers run again
  /// where nothing of them was kept, so ask for the final figures only.
  package func confidences(
    of architecture: Architecture,
    on images: ImageSet
  ) throws -> (classes: [Int32], predicted: [Float], trueClass: [Float]) {
    let batches = try evaluate(architecture, on: images) { logits in
      let classes = try logits.argmax(1, keep: true)
      let probabilities = try logits.to(.float32).softmax(1)
      return (
        classes: try classes.array(Int.self).map(Int32.init),
        predicted: try probabilities.gathered(1, classes).array(Float.self),
        probabilities: probabilities
      )
    }
    var trueClass: [Float] = []
    for batch in batches {
      let count = batch.classes.count
      let truth = images.labels.dropFirst(trueClass.count).prefix(count).map(Int.init)
      trueClass += try withoutGradient {
        try batch.probabilities.gathered(
          1,
          Tensor(truth, shape: [count, 1], device: supernet.device)
        ).array(Float.self)
      }
    }
    return (batches.flatMap(\.classes), batches.flatMap(\.predicted), trueClass)
  }

  private func evaluate<Result>(
    _ architecture: Architecture,
    on images: ImageSet,
    finish: (Tensor) throws -> Result
  ) throws -> [Result] {
    guard generation == supernet.generation else {
      throw SupernetError.staleSubnet(architecture: architecture.choices)
    }
    guard calibrationImages > 0 else { throw SupernetError.noCalibrationImages }
    let path = try path(of: architecture)
    let input = supernet.space.input
    let layers = try calibratedLayers(path, of: architecture)
    let traversal = Traversal(
      path: path,
      images: images.digest,
      bytesPerValue: images.count * precision.elementType.byteCount,
      batchCount: images.batchCount
    )
    let reading = NSLock()
    let results = try run(traversal, memo: ()) { batch in
      try input.images(reading.withLock { try images.batch(batch) }, for: architecture)
        .to(precision.elementType).channelsLast()
    } body: { position, input, _ in
      try layers[position].run(input)
    } finish: { logits, _ in
      try finish(logits)
    }
    for node in path {
      trie.nodes[node].visits += 1
      trie.nodes[node].pending = max(0, trie.nodes[node].pending - 1)
    }
    return results
  }

  private func path(of architecture: Architecture) throws -> [Int] {
    if let path = expectedPaths[architecture] { return path }
    let resolution = supernet.space.input.resolution
    return try trie.path(
      of: supernet.space.network(architecture),
      resolution: resolution.decision == nil ? nil : resolution(architecture)
    )
  }
}

extension RolloutEvaluator {
  /// The folded layers along a path; those not known yet are calibrated.
  private func calibratedLayers(
    _ path: [Int],
    of architecture: Architecture
  ) throws -> [StaticNetwork] {
    for node in path { folded.touch(node) }
    if let first = path.firstIndex(where: { folded[$0] == nil }) {
      let statistics = try statistics(path, from: first, of: architecture)
      return try path.enumerated().map { position, node in
        if let layer = folded[node] { return layer }
        let layer = try layer(node, statistics: statistics[position] ?? [:])
        let isKept = folded.reserve(node, bytes: layer.byteCount, worth: Double(position + 1))
        if isKept { folded.fill(node, layer) }
        return layer
      }
    }
    return path.compactMap { folded[$0] }
  }

  private func layer(_ node: Int, statistics: NormStatistics) throws -> StaticNetwork {
    try TorchRuntime.withOneThread {
      try StaticNetwork(
        copying: NetworkDescription(trie.nodes[node].layer),
        from: supernet,
        statistics: statistics
      ).folded(precision: precision)
    }
  }

  /// Calibrated statistics by position in the path, from `first` on where there are batch norms.
  private func statistics(
    _ path: [Int],
    from first: Int,
    of architecture: Architecture
  ) throws -> [Int: NormStatistics] {
    let end = path.lastIndex { trie.nodes[$0].isNormalized }.map { $0 + 1 } ?? 0
    guard first < end else { return [:] }
    let traversal = Traversal(
      path: Array(path[..<end]),
      images: nil,
      bytesPerValue: calibrationImages * ElementType.float32.byteCount,
      batchCount: calibration.count,
      // Statistics are missing from here on, so that is where outputs must come from, at most.
      knownCount: first
    )
    let input = supernet.space.input
    let batches = try run(traversal, memo: [Int: NormStatistics]()) { batch in
      try input.images(calibration[batch], for: architecture).channelsLast()
    } body: { position, input, moments in
      let pass = CalibrationPass(store: supernet.store, formulation: .fast)
      let output = try pass.run([trie.nodes[path[position]].layer], input)
      if position >= first { moments[position] = pass.moments }
      return output
    } finish: { _, moments in
      moments
    }
    return try withoutGradient {
      var result: [Int: NormStatistics] = [:]
      for position in first..<end {
        var average = MomentsAverage()
        for (batch, moments) in zip(calibration, batches) {
          try average.add(moments[position] ?? [:], images: batch.size(0))
        }
        result[position] = try average.statistics()
      }
      return result
    }
  }
}

extension StaticNetwork {
  fileprivate var byteCount: Int {
    store.tensors.values.reduce(0) { $0 + $1.count * elementType.byteCount }
  }
}
