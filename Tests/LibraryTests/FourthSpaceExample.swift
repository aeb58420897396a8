import Decisions
import Networks
import RandomStreams
import SearchSpaces
import Testing

/// A fourth search space, from nothing: a plain network of two or three 3x3 convolutions of 8, 16
/// or 24 channels, of which the first two halve the image. Describing it is all there is to do;
/// everything below the type works at once.
struct PlainSpace: SearchSpace {
  let name = "plain"
  let decisions: DecisionSpace
  let input: NetworkInput
  let parts: [NetworkPart]

  init() throws {
    // Decisions in network order. `add` returns a value that reads itself from an architecture.
    var list = DecisionList()
    let depth = list.add("depth", [2, 3])
    let width = list.add("width", [8, 16, 24])
    decisions = try DecisionSpace(name: name, decisions: list.decisions)
    input = NetworkInput(
      channels: 1,
      resolution: ElasticValue(choices: [28], decision: nil),
      classes: 10,
      dropout: 0
    )

    // A part names the decisions its layers depend on, and makes the layers.
    let norm = BatchNormSettings(epsilon: 1e-5, momentum: 0.1)
    let blocks = (0..<depth.largest).map { index in
      NetworkPart("block\(index)", scope: [depth.decision, width.decision], list: "blocks") {
        architecture,
        position in
        guard index < depth(architecture) else { return [] }
        let channels = Channels(active: width(architecture), stored: width.largest)
        return [
          .convolution(
            Convolution(
              ModuleName(
                supernet: "blocks.\(index)",
                extracted: "blocks.\(position)",
                isElastic: true
              ),
              from: index == 0 ? Channels(fixed: 1) : channels,
              to: channels,
              kernel: 3,
              stride: index < 2 ? 2 : 1,
              norm: norm,
              activation: .relu
            )
          )
        ]
      }
    }
    let head = NetworkPart("classifier", scope: [width.decision]) { architecture, _ in
      [
        .globalAveragePool,
        .linear(
          Linear(
            ModuleName("classifier", isElastic: true),
            from: Channels(active: width(architecture), stored: width.largest),
            classes: 10
          )
        ),
      ]
    }
    parts = blocks + [head]
  }
}

@Suite struct FourthSpaceExample {
  @Test func everythingFollowsFromTheDescription() throws {
    let space = try PlainSpace()
    #expect(try space.distinctNetworks().networks == 6)
    #expect(try space.supernetTensors().first?.key == "blocks.0.conv.conv.weight")

    let small = try space.architecture("depth=2, width=16")
    let network = try space.network(small)
    // 28 -> 14 -> 7 pixels.
    #expect(try network.macs() == 9 * 16 * 14 * 14 + 9 * 16 * 16 * 7 * 7 + 160)
    #expect(network.parameters == 9 * 16 + 32 + 9 * 16 * 16 + 32 + 170)
    #expect(network.staticTensors.map(\.key).contains("blocks.1.bn.running_mean"))

    #expect(space.contains(space.largest, small))
    #expect(try space.network(space.largest).uncoveredWeights(of: network).isEmpty)
    let narrow = try space.architecture("depth=3, width=8")
    #expect(space.violations(narrow, containing: small).map(\.decision) == ["width"])
    #expect(try !space.network(narrow).uncoveredWeights(of: network).isEmpty)

    let macs = try space.costTable(.macs)
    let containing = try FeasibleSet(
      space.decisions,
      restrictions: [space.restriction(containing: [small])],
      budgets: [.init(macs, limit: 260_000)]
    )
    for member in containing.members() {
      #expect(try space.network(member).macs() == macs.cost(of: member, in: space.decisions))
      #expect(space.contains(member, small))
    }
    #expect(containing.members().map { space.code($0) } == ["0.1", "1.1"])
  }

  /// A description whose layers do not fit together says where.
  @Test func mistakesAreReported() throws {
    let network = NetworkDescription(
      inputChannels: 3,
      resolution: 28,
      classes: 10,
      dropout: 0,
      layers: try PlainSpace().network(PlainSpace().smallest).layers
    )
    #expect(
      throws: NetworkError.inconsistentLayers(
        layer: "blocks.0",
        reason: "it takes 1 channels, not 3"
      )
    ) { try network.macs() }
  }
}
