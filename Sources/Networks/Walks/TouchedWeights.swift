/// The elements of one stored tensor that a network reads: a box of indices.
public struct TouchedWeight: Sendable, Hashable {
  /// Name in the supernet.
  public var key: String
  public var stored: [Int]
  /// Per dimension. Leading for channels; for a depthwise kernel, the centre window.
  public var indices: [Range<Int>]

  public func covers(_ other: TouchedWeight) -> Bool {
    key == other.key && stored == other.stored
      && zip(indices, other.indices).allSatisfy {
        $0.lowerBound <= $1.lowerBound
          && $1.upperBound <= $0.upperBound
      }
  }
}

/// A stored weight of which one network reads elements that another does not.
public struct UncoveredWeight: Sendable, Hashable {
  public var small: TouchedWeight
  /// Nil when the large network does not read the tensor at all.
  public var large: TouchedWeight?
}

/// Containment checked literally, on the index sets of the stored weights.
///
/// What counts: every convolution and classifier weight and bias, and every batch norm tensor of
/// the supernet. A depthwise convolution of kernel `k` reads the centre `k` x `k` window of the
/// stored kernel, of its leading channels.
///
/// What does not count: kernel matrices. They are parameters that all networks of the supernet
/// share, like the stored kernels they act on, but they run the other way: a 3x3 kernel reads the
/// matrices 7 to 5 and 5 to 3, the full 7x7 kernel none. So when a large network with kernel 7
/// contains a small one with kernel 3, the stored elements behind the small kernel are among those
/// of the large one, while the small kernel itself, after the matrices, is a linear function of
/// them and no slice of the large kernel (unless the matrices are still identities).
/// ``matricesBeyond(_:)`` lists the matrices concerned. With equal kernels both read the same ones.
extension NetworkDescription {
  /// What the network reads of each stored tensor, in state-dict order, without kernel matrices and
  /// batch counts.
  public var touchedWeights: [TouchedWeight] {
    var result: [TouchedWeight] = []
    func add(_ slice: WeightSlice) {
      result.append(
        TouchedWeight(
          key: slice.key,
          stored: slice.stored,
          indices: zip(slice.stored, slice.active).enumerated().map { dimension, size in
            let offset = dimension < 2 ? 0 : (size.0 - size.1) / 2
            return offset..<offset + size.1
          }
        )
      )
    }
    layers.forEachWeighted { convolution in
      add(convolution.weight)
      if let bias = convolution.bias { add(bias) }
      guard let norm = convolution.norm else { return }
      for tensor in ["weight", "bias", "running_mean", "running_var"] {
        result.append(
          TouchedWeight(
            key: "\(norm.key).\(tensor)",
            stored: [norm.stored],
            indices: [0..<norm.active]
          )
        )
      }
    } linear: { linear in
      add(linear.weight)
      add(linear.bias)
    }
    return result
  }

  /// The stored weights of which `small` reads elements that this network does not: none if and
  /// only if this network contains it.
  public func uncoveredWeights(of small: NetworkDescription) -> [UncoveredWeight] {
    let mine = Dictionary(
      touchedWeights.map { ($0.key, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    return small.touchedWeights.compactMap { weight in
      guard let large = mine[weight.key] else { return UncoveredWeight(small: weight, large: nil) }
      return large.covers(weight) ? nil : UncoveredWeight(small: weight, large: large)
    }
  }

  /// The kernel matrices the network reads, in state-dict order.
  public var usedKernelMatrices: [String] {
    convolutions.flatMap { convolution in
      let active = Set(convolution.activeKernelMatrices.map(\.key))
      return convolution.kernelMatrices.map(\.key).filter(active.contains)
    }
  }

  /// The kernel matrices that `small` reads and this network does not.
  public func matricesBeyond(_ small: NetworkDescription) -> [String] {
    let mine = Set(usedKernelMatrices)
    return small.usedKernelMatrices.filter { !mine.contains($0) }
  }
}
