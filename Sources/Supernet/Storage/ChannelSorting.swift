import Networks
import SearchSpaces
import Torch

/// Hidden channels that one convolution makes and one consumes: they can change places without
/// changing what the network computes.
private struct ChannelGroup {
  /// The tensors that hold something per channel, and in which dimension.
  var tensors: [(key: String, dimension: Int)] = []
  /// The weight `[out, channels, kernel, kernel]` that reads them.
  var reader: String
  var count: Int
}

extension Supernet {
  /// Puts the hidden channels of every elastic block in order of importance, most important first.
  ///
  /// A channel is as important as the L1 norm of the weights that read it (Once-for-All, appendix:
  /// the projection of a mobile block, `conv3` and `conv2` of a bottleneck; within squeeze and
  /// excitation the expansion). The largest network computes the same function as before, up to
  /// rounding; narrower ones use the leading, now most important, channels. Channels of equal
  /// importance keep their order, so sorting twice changes nothing.
  package func sortChannels() throws {
    let largest = try space.network(space.largest)
    let narrowest = try space.network(space.architecture(varying: .width) { _ in 0 })
    let narrow = Dictionary(
      narrowest.convolutions.map { ($0.weight.key, $0.outChannels) },
      uniquingKeysWith: min
    )
    let groups = Self.groups(largest.layers) { convolution in
      narrow[convolution.weight.key].map { $0 < convolution.outChannels } ?? false
    }
    try withoutGradient {
      for group in groups { try sort(group) }
    }
    weightsChanged()
  }

  private func sort(_ group: ChannelGroup) throws {
    let importance: [Float] = try tensor(group.reader).magnitude().sum([0, 2, 3]).array()
    let order = importance.indices.sorted { (-importance[$0], $0) < (-importance[$1], $1) }
    let indices = try Tensor(order, shape: [group.count], device: device)
    for (key, dimension) in group.tensors {
      let tensor = try tensor(key)
      try tensor.assign(tensor.detached().rows(indices, dimension: dimension))
    }
  }

  /// The groups of a sequence of layers and of those inside them. `isElastic` tells the convolutions
  /// whose number of output channels the space decides on.
  private static func groups(
    _ layers: [Layer],
    where isElastic: (Convolution) -> Bool
  ) -> [ChannelGroup] {
    var result: [ChannelGroup] = []
    for (index, layer) in layers.enumerated() {
      switch layer {
      case .residual(let body, _, _): result += groups(body, where: isElastic)
      case .squeezeExcitation(let reduce, let expand) where isElastic(reduce):
        result.append(
          ChannelGroup(
            tensors: reduce.outputs + [(expand.weight.key, 1)],
            reader: expand.weight.key,
            count: reduce.outChannels
          )
        )
      case .convolution(let maker) where !maker.isDepthwise && isElastic(maker):
        if let group = group(of: maker, readBy: layers[(index + 1)...]) { result.append(group) }
      default: break
      }
    }
    return result
  }

  /// The channels of `maker`, followed through layers that treat each by itself up to the one that
  /// reads them all; nil where more than one does.
  private static func group(
    of maker: Convolution,
    readBy layers: ArraySlice<Layer>
  ) -> ChannelGroup? {
    var tensors = maker.outputs
    for layer in layers {
      switch layer {
      case .convolution(let convolution) where convolution.isDepthwise:
        tensors += convolution.outputs
      case .squeezeExcitation(let reduce, let expand):
        tensors += [(reduce.weight.key, 1)] + expand.outputs
      case .convolution(let reader):
        let key = reader.weight.key
        return ChannelGroup(tensors: tensors + [(key, 1)], reader: key, count: maker.outChannels)
      default: return nil
      }
    }
    return nil
  }
}

extension Convolution {
  /// What is stored per output channel.
  fileprivate var outputs: [(key: String, dimension: Int)] {
    var keys = [weight.key]
    if let bias { keys.append(bias.key) }
    if let norm {
      keys += [".weight", ".bias", ".running_mean", ".running_var"].map { norm.key + $0 }
    }
    return keys.map { ($0, 0) }
  }
}
