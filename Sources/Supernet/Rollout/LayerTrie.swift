import Networks
import SearchSpaces

/// Networks arranged by the layers they begin with. A node is a layer after all those above it: what
/// it computes, batch-norm statistics included, is the same for every network through it.
///
/// Networks share a node when their descriptions agree from the first layer to that one, weights and
/// slices included, and they take images of one size. The trie grows with every network and forgets
/// none.
struct LayerTrie {
  struct Node {
    let layer: Layer
    /// Values the layer gives for one image.
    let outputCount: Int
    /// Whether the layer has batch norms: what comes after the last of them needs no calibration.
    let isNormalized: Bool
    var children: [Int] = []
    /// Networks evaluated through this node so far.
    var visits = 0
    /// Networks of the present rollout still to be evaluated through it.
    var pending = 0
  }

  var nodes: [Node] = []
  /// First nodes by the height and width of the images; nil takes them as they are.
  private var roots: [Int?: [Int]] = [:]

  /// The nodes of a network, in the order of its layers.
  ///
  /// Throws ``NetworkError`` for layers that do not fit each other.
  mutating func path(
    of network: NetworkDescription,
    resolution: Int?
  ) throws(NetworkError) -> [Int] {
    var path: [Int] = []
    for (layer, count) in zip(network.layers, try network.outputCounts()) {
      let siblings = path.last.map { nodes[$0].children } ?? roots[resolution] ?? []
      if let known = siblings.first(where: { nodes[$0].layer == layer }) {
        path.append(known)
        continue
      }
      let node = nodes.count
      nodes.append(
        Node(layer: layer, outputCount: count, isNormalized: layer.isNormalized)
      )
      if let parent = path.last {
        nodes[parent].children.append(node)
      } else {
        roots[resolution, default: []].append(node)
      }
      path.append(node)
    }
    return path
  }
}

extension LayerTrie {
  /// Whether networks part at a node from which one of them goes on to `child`: networks still
  /// expected, or those that came before. Where all go on to the same layer, that layer's outputs
  /// serve better.
  func isForked(_ node: Int, before child: Int) -> Bool {
    let (node, child) = (nodes[node], nodes[child])
    return node.pending > child.pending || node.visits > child.visits
  }
}

extension Layer {
  fileprivate var isNormalized: Bool { !NetworkDescription(self).norms.isEmpty }
}

extension NetworkDescription {
  /// One layer for itself.
  init(_ layer: Layer) {
    self.init(inputChannels: 0, resolution: 0, classes: 0, dropout: 0, layers: [layer])
  }
}
