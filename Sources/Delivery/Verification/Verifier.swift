import Torch

extension VerificationImages {
  /// Runs a model that was read back from its file's content.
  ///
  /// - Parameters:
  ///   - options: what images the model takes.
  ///   - model: gives logits `[batch, classes]`.
  func verify(
    _ options: ExportOptions,
    model: (Tensor) throws -> Tensor
  ) throws -> Verification {
    try withoutGradient {
      var result = Verification(
        source: source,
        images: 0,
        differing: 0,
        ties: 0,
        largestDifference: 0,
        tolerance: tolerance
      )
      for batch in batches {
        let logits = try model(batch.input(options)).to(.float32)
        try result.add(batch, logits: logits)
      }
      return result
    }
  }

  /// Whether the images can be given to such models.
  func suit(_ options: ExportOptions) -> Bool {
    options.input == .float || batches.allSatisfy { $0.bytes != nil }
  }
}

extension VerificationImages.Batch {
  fileprivate func input(_ options: ExportOptions) throws -> Tensor {
    let images = options.input == .float ? prepared : bytes ?? prepared
    guard options.layout == .nhwc else { return try images.contiguous() }
    return try images.permuted([0, 2, 3, 1]).contiguous()
  }
}

extension Verification {
  fileprivate mutating func add(_ batch: VerificationImages.Batch, logits: Tensor) throws {
    guard logits.shape == batch.logits.shape else {
      throw TorchError(
        operation: "compare logits",
        operands: [logits.summary, batch.logits.summary],
        message: "the shapes differ"
      )
    }
    let (found, own) = (try logits.array(Float.self), try batch.logits.array(Float.self))
    let unit = batch.unit
    let classCount = logits.size(1)
    for (image, expected) in batch.classes.enumerated() {
      let row = image * classCount..<(image + 1) * classCount
      let (mine, theirs) = (Array(own[row]), Array(found[row]))
      for (a, b) in zip(mine, theirs) {
        // A number that is none must not pass for equal.
        let difference = Double(abs(a - b) / unit)
        largestDifference = difference.isNaN ? .infinity : max(largestDifference, difference)
      }
      let predicted = theirs.indices.reduce(0) { theirs[$1] > theirs[$0] ? $1 : $0 }
      guard predicted != Int(expected) else { continue }
      let margin = mine[Int(expected)] - mine[predicted]
      // Either of the two may be off.
      if Double(abs(margin) / unit) <= 2 * tolerance { ties += 1 } else { differing += 1 }
    }
    images += batch.classes.count
  }
}
