/// What one update did, as named numbers in the order they were recorded.
///
/// Names are the ones a log shows: `reward/mean`, `policy/entropy`. Strategies differ in which
/// they give; all give `reward/mean`, `reward/best` and `policy/repeated_fraction`.
public struct UpdateMetrics: Sendable, Hashable {
  public struct Entry: Sendable, Hashable {
    public var name: String
    public var value: Double
  }

  public private(set) var entries: [Entry] = []

  public init() {}

  /// The value under a name. Setting a new name appends it.
  public subscript(name: String) -> Double? {
    get { entries.first { $0.name == name }?.value }
    set {
      let index = entries.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): entries[index].value = value
      case (let index?, nil): entries.remove(at: index)
      case (nil, let value?): entries.append(Entry(name: name, value: value))
      case (nil, nil): break
      }
    }
  }
}
