import Families
import Networks
import SearchSpaces

/// The members beside each other, block by block: what each block is, and which of its weights the
/// member before did not have.
struct BlockComparison: Sendable, Encodable {
  /// Height and width of the input in pixels, of each member.
  var resolutions: [Int]
  /// In the order of the largest member's layers.
  var rows: [Row] = []

  struct Row: Sendable, Encodable {
    /// Where the block's weights are in the supernet, such as `blocks.3`.
    var block: String
    /// Of each member; nil where it does not have the block.
    var cells: [Cell?]
  }

  struct Cell: Sendable, Encodable {
    var layers: [Layer]
    /// Weights of the block, statistics of batch norm not counted.
    var weights = 0
    /// Those that the member before does not have.
    var added = 0
  }

  struct Layer: Sendable, Encodable {
    var text: String
    /// Whether the member before has another layer in its place, or none.
    var isAdded: Bool
  }

  init(_ networks: [NetworkDescription]) {
    resolutions = networks.map(\.resolution)
    let members = networks.map(Blocks.init)
    // The largest member has every block that a smaller one it contains has.
    var order = members.last?.order ?? []
    for name in members.flatMap(\.order) where !order.contains(name) { order.append(name) }
    rows = order.map { name in
      Row(
        block: name,
        cells: members.indices.map { index in
          guard let layers = members[index].layers[name] else { return nil }
          let before = index > 0 ? members[index - 1] : nil
          let old = before?.layers[name] ?? []
          var cell = Cell(
            layers: layers.enumerated().map { place, text in
              Layer(
                text: text,
                isAdded: before != nil && (place >= old.count || old[place] != text)
              )
            }
          )
          for (key, box) in members[index].weights[name] ?? [:] {
            let count = box.reduce(1) { $0 * $1.count }
            cell.weights += count
            guard let before else { continue }
            let common = before.weights[name]?[key].map { other in
              zip(box, other).reduce(1) { $0 * $1.0.clamped(to: $1.1).count }
            }
            cell.added += count - (common ?? 0)
          }
          return cell
        }
      )
    }
  }
}

/// One network's layers and weights by block.
private struct Blocks {
  var order: [String] = []
  var layers: [String: [String]] = [:]
  /// By the name of the tensor in the supernet, what the network reads of it.
  var weights: [String: [String: [Range<Int>]]] = [:]

  init(_ network: NetworkDescription) {
    for convolution in network.convolutions { add(convolution.text, of: convolution.weight.key) }
    for linear in network.linears {
      add("linear \(linear.weight.active[1]) → \(linear.weight.active[0])", of: linear.weight.key)
    }
    for weight in network.touchedWeights where !weight.key.contains(".running_") {
      weights[Self.block(of: weight.key), default: [:]][weight.key] = weight.indices
    }
  }

  private mutating func add(_ text: String, of key: String) {
    let name = Self.block(of: key)
    if layers[name] == nil { order.append(name) }
    layers[name, default: []].append(text)
  }

  /// The part of a tensor's name up to the first number in it, else up to the first dot.
  private static func block(of key: String) -> String {
    let parts = key.split(separator: ".")
    let end = parts.firstIndex { $0.allSatisfy(\.isNumber) } ?? 0
    return parts.prefix(end + 1).joined(separator: ".")
  }
}

extension Convolution {
  fileprivate var text: String {
    let kind = weight.key.contains(".se.") ? "squeeze " : isDepthwise ? "depthwise " : ""
    let channels = isDepthwise ? "\(outChannels)" : "\(inChannels) → \(outChannels)"
    return "\(kind)\(kernel)×\(kernel), \(channels)" + (stride > 1 ? ", stride \(stride)" : "")
  }
}
