/// What can be wrong with the description of a network.
public enum NetworkError: Error, Equatable, CustomStringConvertible {
  /// A layer does not take what the one before it gives.
  case inconsistentLayers(layer: String, reason: String)

  public var description: String {
    switch self {
    case .inconsistentLayers(let layer, let reason):
      "the layers of the network do not fit together at \(layer): \(reason)"
    }
  }
}
