import Decisions
import Networks
import SearchSpaces

/// Two convolutions, each with a batch norm and a hard sigmoid: an activation that is never part of
/// another operation, so that batch norm and activation are two. One decision, the width.
struct HardSigmoidSpace: SearchSpace {
  let name = "hard-sigmoid"
  let decisions: DecisionSpace
  let input: NetworkInput
  let parts: [NetworkPart]

  init() throws {
    var list = DecisionList()
    let width = list.add("width", [8, 16])
    decisions = try DecisionSpace(name: name, decisions: list.decisions)
    input = NetworkInput(
      channels: 1,
      resolution: ElasticValue(choices: [16], decision: nil),
      classes: 10,
      dropout: 0
    )
    let norm = BatchNormSettings(epsilon: 1e-5, momentum: 0.1)
    let blocks = (0..<2).map { index in
      NetworkPart("block\(index)", scope: [width.decision], list: "blocks") {
        architecture,
        position in
        let channels = Channels(active: width(architecture), stored: width.largest)
        let module = ModuleName(
          supernet: "blocks.\(index)",
          extracted: "blocks.\(position)",
          isElastic: true
        )
        return [
          .convolution(
            Convolution(
              module,
              from: index == 0 ? Channels(fixed: 1) : channels,
              to: channels,
              kernel: 3,
              stride: 2,
              norm: norm,
              activation: .hardSigmoid
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
