import Decisions
import Foundation
import Networks
import SearchSpaces
import Testing

@Suite struct SpaceTests {
  @Test(arguments: [
    ("mobilenetv3-w1.0", 45), ("mobilenetv3-w1.2", 45), ("proxylessnas-w1.3", 47),
    ("resnet50", 29),
  ])
  func decisionCounts(name: String, count: Int) throws {
    let space = try SpaceRegistry.makeSpace(name: name)
    // ProxylessNAS: the published encoding lists a sixth depth, which has one choice and no token.
    #expect(space.decisions.count == count)
  }

  @Test func decisionsFollowTheNetwork() throws {
    var images = ImageTask.imageNet
    let mobile = try SpaceRegistry.makeSpace(name: "mobilenetv3-w1.0", images: images)
    #expect(
      mobile.decisions.decisions.prefix(10).map(\.name) == [
        "stage1.depth", "block1.kernel", "block1.expand", "block2.kernel", "block2.expand",
        "block3.kernel", "block3.expand", "block4.kernel", "block4.expand", "stage2.depth",
      ]
    )
    images.resolutions = [192, 224]
    let residual = try SpaceRegistry.makeSpace(name: "resnet50", images: images)
    #expect(
      residual.decisions.decisions.prefix(8).map(\.name) == [
        "resolution", "stem.depth", "stem.width1", "stem.width2", "stage1.depth", "stage1.width",
        "block0.expand", "block1.expand",
      ]
    )
    #expect(residual.decisions.decisions[0].choices == ["192", "224"])
    #expect(residual.decisions.decisions[1].choices == ["0", "2"])
    #expect(residual.decisions.decisions[2].choices == ["0.65", "0.8", "1"])
  }

  @Test func numbersOfNetworks() throws {
    func count(_ name: String) throws -> DistinctNetworks {
      try SpaceRegistry.makeSpace(name: name).distinctNetworks()
    }
    let fifth = (0..<5).reduce(1 as UInt128) { product, _ in product * 7371 }
    for name in ["mobilenetv3-w1.0", "mobilenetv3-w1.2"] {
      let mobile = try count(name)
      #expect(mobile.architectures == fifth && mobile.networks == fifth && mobile.isExact)
    }
    #expect(try count("proxylessnas-w1.3").architectures == fifth * 9)
    let residual = try count("resnet50")
    let stages = UInt128(117 * 117 * 117) * UInt128(81 + 243 + 729)
    #expect(residual.architectures == stages * 729 * 2)
    #expect(residual.coincidences == ["stem.width1: 0.65 = 0.8"])
    #expect(residual.networks == stages * 486 * 2 && residual.isExact)
  }

  @Test func makeDivisibleRoundsLikeTheReference() {
    // Published widths at multipliers 1.2 and 1.3, and the 90 % rule (11 would become 8).
    #expect(
      [16, 24, 40, 80, 112, 160].map { makeDivisible($0 * 1.2) } == [24, 32, 48, 96, 136, 192]
    )
    #expect(
      [32, 16, 24, 40, 80, 96, 192, 320].map { makeDivisible($0 * 1.3) }
        == [40, 24, 32, 56, 104, 128, 248, 416]
    )
    #expect(makeDivisible(1) == 8 && makeDivisible(11) == 16 && makeDivisible(8.8) == 8)
    // Halves go to the even neighbour before the rounding to 8: 12.5 is 12, 13.5 is 14.
    #expect(expandedChannels(25, by: 0.5) == 16 && expandedChannels(50, by: 0.25) == 16)
  }

  @Test func largestNetworkUsesEverythingStored() throws {
    for space in try everySpace() {
      for weight in try space.network(space.largest).touchedWeights {
        #expect(weight.indices == weight.stored.map { 0..<$0 })
      }
    }
  }

  @Test func misspeltNamesAreAnsweredWithTheNearest() {
    #expect {
      try SpaceRegistry.makeSpace(name: "mobilenet3-small")
    } throws: { error in
      let text = "\(error)"
      return text.contains("did you mean 'mobilenetv3-small'?")
        && SpaceRegistry.names.allSatisfy(text.contains)
    }
    #expect(throws: SpaceError.unknownSpace(name: "x", nearest: nil, names: SpaceRegistry.names)) {
      try SpaceRegistry.makeSpace(name: "x")
    }
  }

  @Test func invalidConfigurationsNameTheField() throws {
    func refuses(_ field: String, _ change: (inout MobileNetV3Space.Configuration) -> Void) {
      var configuration = MobileNetV3Space.Configuration()
      change(&configuration)
      #expect {
        try MobileNetV3Space(configuration)
      } throws: { error in
        guard case SpaceError.invalidConfiguration(_, field, _) = error else { return false }
        return true
      }
    }
    refuses("kernels") { $0.kernels = [3, 4] }
    refuses("kernels") { $0.kernels = [5, 3] }
    refuses("expands") { $0.expands = [] }
    refuses("widthMultiplier") { $0.widthMultiplier = .nan }
    refuses("stages") { $0.stages = [] }
    refuses("stages[1].depths") { $0.stages[1].depths = [0, 1] }
    refuses("classes") { $0.classes = 0 }
    refuses("dropout") { $0.dropout = 1 }
    refuses("resolutions") { $0.resolutions = [] }
    refuses("norm.epsilon") { $0.norm.epsilon = 0 }
    #expect(throws: SpaceError.self) {
      var configuration = ResNet50Space.Configuration()
      configuration.widths = [1, 1]
      _ = try ResNet50Space(configuration)
    }
  }

  @Test func configurationsReadBack() throws {
    func check<Space: ConfiguredSpace>(_ space: Space) throws {
      let data = try JSONEncoder().encode(space.configuration)
      let decoded = try JSONDecoder().decode(Space.Configuration.self, from: data)
      #expect(decoded == space.configuration)
      let again = try Space(decoded)
      #expect(again.decisions == space.decisions)
      #expect(try again.network(again.largest) == space.network(space.largest))
    }
    for space in try everySpace() { try check(space) }
  }

  @Test func presetsSuitTwoCores() throws {
    // Largest and smallest networks, in millions of MACs at 28x28x1.
    for (name, bounds) in [
      ("mobilenetv3-small", 0.4e6...4e6), ("proxylessnas-small", 0.4e6...4e6),
      ("resnet50-small", 0.3e6...12e6),
    ] {
      let space = try SpaceRegistry.makeSpace(name: name)
      let range = space.attainable(try space.costTable(.macs))
      #expect(bounds.contains(Double(range.lowerBound)), "\(name) \(range)")
      #expect(bounds.contains(Double(range.upperBound)), "\(name) \(range)")
    }
  }
}
