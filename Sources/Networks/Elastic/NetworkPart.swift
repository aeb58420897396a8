/// A piece of a space's networks whose layers depend on few decisions: a stem, a block, a head.
///
/// A space is a sequence of parts. Since the cost of a part follows from its few decisions (and the
/// resolution), costs of whole networks are sums of small tables, which is what budget masks need.
public struct NetworkPart: Sendable {
  /// What tables and summaries call it: `stem`, `block7`, `classifier`.
  public var name: String
  /// Indices of all decisions the layers depend on, ascending.
  public var scope: [Int]
  /// The list this part is an element of in the tensors' names, such as `blocks`. An extracted
  /// network numbers the elements it has consecutively.
  public var list: String?
  /// The layers in an architecture, none when the network lacks this part. The second argument is
  /// the part's position among those of the same `list` in an extracted network.
  public var layers: @Sendable (Architecture, Int) -> [Layer]

  public init(
    _ name: String,
    scope: [Int?],
    list: String? = nil,
    layers: @escaping @Sendable (Architecture, Int) -> [Layer]
  ) {
    self.name = name
    self.scope = Set(scope.compactMap { $0 }).sorted()
    self.list = list
    self.layers = layers
  }

  /// A part that is the same in every network.
  public init(_ name: String, _ layers: [Layer]) {
    self.init(name, scope: []) { _, _ in layers }
  }
}
