import Decisions
import Networks

/// How the published code writes an architecture: lists of numbers under the keys `ks` (kernel),
/// `e` (expand), `d` (depth), and for ResNet `w` (width, as an index).
///
/// Blocks beyond the depth have entries too, which are ignored. A single number stands for a whole
/// list. Where the space decides on the resolution, `r` holds it.
public struct OFAEncoding: Sendable {
  struct List: Sendable {
    var key: String
    var elements: [Element]
  }

  /// One number of a list.
  struct Element: Sendable {
    /// The decision it sets, nil if there is nothing to decide.
    var decision: Int?
    /// What the choices are written as.
    var values: [Double]
    /// Other numbers that are read as a choice, as the published code does.
    var aliases: [Double: Int] = [:]
    /// Whether numbers above the largest mean the largest.
    var clampsAbove = false

    init(_ value: ElasticValue<some Comparable>, values: [Double]) {
      decision = value.decision
      self.values = values
    }
    init(_ value: ElasticValue<Int>) { self.init(value, values: value.choices.map(Double.init)) }
    init(_ value: ElasticValue<Double>) { self.init(value, values: value.choices) }

    func choice(of number: Double) -> Int? {
      if let choice = values.firstIndex(of: number) ?? aliases[number] { return choice }
      return clampsAbove && number > values[values.count - 1] ? values.count - 1 : nil
    }
  }

  var lists: [List]

  static func mobile(_ trunk: MobileTrunk, resolution: ElasticValue<Int>) -> OFAEncoding {
    let depths = trunk.depth.map { depth in
      var element = Element(depth)
      // The published code runs min(blocks of the stage, d) blocks: a stage without a depth
      // decision ignores what the others choose.
      element.clampsAbove = depth.decision == nil
      return element
    }
    return OFAEncoding(
      [
        List(key: "ks", elements: trunk.kernel.map { Element($0) }),
        List(key: "e", elements: trunk.expand.map { Element($0) }),
        List(key: "d", elements: depths),
      ],
      resolution: resolution
    )
  }

  static func resNet(_ trunk: ResNetTrunk, resolution: ElasticValue<Int>) -> OFAEncoding {
    var stem = Element(trunk.stemDepth)
    // The stem's residual block is kept under the greatest depth only.
    for depth in trunk.configuration.depths.dropFirst().dropLast() {
      stem.aliases[Double(depth)] = 0
    }
    return OFAEncoding(
      [
        List(key: "d", elements: [stem] + trunk.depth.map { Element($0) }),
        List(key: "e", elements: trunk.expand.map { Element($0) }),
        List(
          key: "w",
          elements: trunk.width.map { Element($0, values: $0.choices.indices.map(Double.init)) }
        ),
      ],
      resolution: resolution
    )
  }

  private init(_ lists: [List], resolution: ElasticValue<Int>) {
    self.lists = lists
    if resolution.decision != nil {
      self.lists.append(List(key: "r", elements: [Element(resolution)]))
    }
  }
}
