import Families
import ImageData
import RandomStreams
import Supernet
import Torch

/// Images that a member's exported files are tried on, in batches, with what the member says to them.
struct VerificationImages {
  struct Batch {
    /// As the member's network takes them, `[batch, channels, height, width]`.
    var prepared: Tensor
    /// The same before normalisation, uint8, in that order; nil where they were resized since.
    var bytes: Tensor?
    /// The member's own logits, `[batch, classes]`.
    var logits: Tensor
    /// The largest of them, or 1 where that is less: what differences are measured in.
    var unit: Float
    /// How far the same network's are from these with each batch norm folded into its convolution: what
    /// rounding does on these images.
    var rounding: Float
    /// The class of each that the family stores, or the member's own.
    var classes: [Int32]

    /// - Parameter classes: the member's own where they are nil.
    init(_ network: MemberNetwork, prepared: Tensor, bytes: Tensor?, classes: [Int32]?) throws {
      self.prepared = prepared
      self.bytes = bytes
      logits = try network.plain.logits(prepared)
      let own = try logits.array(Float.self)
      let unit = own.reduce(1) { max($0, abs($1)) }
      self.unit = unit
      rounding = try zip(own, network.folded.logits(prepared).array(Float.self))
        .reduce(0) { max($0, abs($1.0 - $1.1) / unit) }
      self.classes = try classes ?? logits.argmax(1).array(Int.self).map { Int32($0) }
    }
  }

  /// A member's network in its two forms.
  struct MemberNetwork {
    let plain: StaticNetwork
    let folded: StaticNetwork

    init(_ member: Family.Member) throws {
      plain = try member.network()
      folded = try plain.folded()
    }
  }

  let source: Verification.Source
  let batches: [Batch]

  /// What logits may differ by, in units of the largest.
  var tolerance: Double { max(1e-5, 20 * Double(batches.map(\.rounding).max() ?? 0)) }

  var count: Int { batches.reduce(0) { $0 + $1.classes.count } }

  static let batchSize = 50
  /// Images of noise.
  static let randomCount = 50

  /// The first `count` images of the test split of a data set, which must be those of the family.
  init(_ member: Family.Member, _ images: Family.Images, data: ImageDataset, count: Int) throws {
    let network = try MemberNetwork(member)
    let indices = Array(data.indices(of: .test).prefix(count))
    batches = try withoutGradient {
      try stride(from: 0, to: indices.count, by: Self.batchSize).map { start in
        let chunk = Array(indices[start..<min(indices.count, start + Self.batchSize)])
        let bytes = try data.bytes(of: chunk)
        let (normalised, original) = try images.tensors(
          bytes,
          count: chunk.count,
          height: data.shape.height,
          width: data.shape.width
        )
        let prepared = try member.prepared(normalised)
        return try Batch(
          network,
          prepared: prepared,
          bytes: prepared.shape == normalised.shape ? original : nil,
          classes: Array(member.test.classes[start..<start + chunk.count])
        )
      }
    }
    source = .test
  }

  /// Noise of the member's own size: the same in every call.
  init(_ member: Family.Member, _ images: Family.Images) throws {
    let network = try MemberNetwork(member)
    let size = try ExportedNetwork(member, images).network.resolution
    let count = Self.randomCount
    var stream = RandomStream(seed: 0, name: "delivery.verification")
    let bytes = (0..<count * size * size * images.mean.count).map { _ in
      UInt8(stream.uniform(below: 256))
    }
    let (prepared, original) = try images.tensors(bytes, count: count, height: size, width: size)
    batches = [try Batch(network, prepared: prepared, bytes: original, classes: nil)]
    source = .random
  }
}

extension Family.Images {
  /// Bytes in the order `[batch, height, width, channels]` as tensors `[batch, channels, height, width]`:
  /// normalised, and as they are.
  fileprivate func tensors(
    _ bytes: [UInt8],
    count: Int,
    height: Int,
    width: Int
  ) throws -> (normalised: Tensor, bytes: Tensor) {
    let channels = mean.count
    let shape = ImageShape(height: height, width: width, channels: channels)
    let normalization = try Normalization(shape, mean: mean, deviation: deviation)
    return (
      try Tensor(
        channelsLast: normalization(bytes),
        batch: count,
        channels: channels,
        height: height,
        width: width
      ),
      try Tensor(bytes, shape: [count, height, width, channels]).permuted([0, 3, 1, 2])
    )
  }
}
