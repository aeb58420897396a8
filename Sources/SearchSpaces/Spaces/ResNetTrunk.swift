import Decisions
import Networks

/// Writes the parts of a ``ResNet50Space``.
struct ResNetTrunk {
  var configuration: ResNet50Space.Configuration
  var list = DecisionList()
  var parts: [NetworkPart] = []
  /// The elastic settings, in network order: what OFA's encoding lists.
  var stemDepth = ElasticValue(choices: [0], decision: nil)
  var depth: [ElasticValue<Int>] = []
  var expand: [ElasticValue<Double>] = []
  /// Of the inner stem, the stem, and each stage.
  var width: [ElasticValue<Double>] = []

  init(configuration: ResNet50Space.Configuration) { self.configuration = configuration }

  mutating func addStem() {
    let depths = configuration.depths
    stemDepth = list.add("stem.depth", Array(Set([depths[0], depths[depths.count - 1]])).sorted())
    let inner = ElasticChannels(
      width: list.add("stem.width1", configuration.widths),
      base: stemBase,
      isHalved: true
    )
    let outer = ElasticChannels(
      width: list.add("stem.width2", configuration.widths),
      base: stemBase
    )
    width += [inner.width, outer.width]
    let input = Channels(fixed: configuration.inputChannels)
    let norm = configuration.norm
    let stride = configuration.stemStride
    let depth = stemDepth

    parts.append(
      NetworkPart("input_stem0", scope: [inner.decision], list: "input_stem") { architecture, _ in
        [
          .convolution(
            Convolution(
              ModuleName("input_stem.0", isElastic: true),
              from: input,
              to: inner(architecture),
              kernel: 3,
              stride: stride,
              norm: norm,
              activation: .relu
            )
          )
        ]
      }
    )
    parts.append(
      NetworkPart("input_stem1", scope: [depth.decision, inner.decision], list: "input_stem") {
        architecture,
        _ in
        guard depth(architecture) == depth.largest else { return [] }
        let channels = inner(architecture)
        let convolution = Convolution(
          ModuleName("input_stem.1.conv", isElastic: true),
          from: channels,
          to: channels,
          kernel: 3,
          norm: norm,
          activation: .relu
        )
        return [
          .residual(body: [.convolution(convolution)], shortcut: .identity, activation: .identity)
        ]
      }
    )
    parts.append(
      NetworkPart("input_stem2", scope: [inner.decision, outer.decision], list: "input_stem") {
        architecture,
        position in
        [
          .convolution(
            Convolution(
              ModuleName(
                supernet: "input_stem.2",
                extracted: "input_stem.\(position)",
                isElastic: true
              ),
              from: inner(architecture),
              to: outer(architecture),
              kernel: 3,
              norm: norm,
              activation: .relu
            )
          )
        ]
      }
    )
    if configuration.poolStride > 1 {
      parts.append(
        NetworkPart(
          "max_pooling",
          [.maxPool(kernel: 3, stride: configuration.poolStride, padding: 1)]
        )
      )
    }
  }

  mutating func addStages() {
    var input = ElasticChannels(width: width[1], base: stemBase)
    var index = 0
    for (number, stage) in configuration.stages.enumerated() {
      let depth = list.add("stage\(number + 1).depth", configuration.depths)
      self.depth.append(depth)
      let output = ElasticChannels(
        width: list.add("stage\(number + 1).width", configuration.widths),
        base: Double(stage.width) * configuration.widthMultiplier
      )
      width.append(output.width)
      for position in 0..<stage.baseDepth + depth.largest {
        let extra = position + 1 - stage.baseDepth
        let expand = list.add(
          "block\(index).expand",
          configuration.expands,
          when: depth.conditions(atLeast: extra)
        )
        self.expand.append(expand)
        let isFirst = position == 0
        let block = Bottleneck(
          index: index,
          input: input,
          output: output,
          expand: expand,
          stride: isFirst ? stage.stride : 1,
          hasDownsampling: isFirst
            && (stage.stride > 1 || configuration.widths.count > 1
              || input.largest != output.largest),
          norm: configuration.norm
        )
        parts.append(
          NetworkPart(
            "block\(index)",
            scope: [depth.decision, input.decision, output.decision, expand.decision],
            list: "blocks"
          ) { architecture, staticIndex in
            depth(architecture) >= extra ? [block.layer(architecture, staticIndex)] : []
          }
        )
        input = output
        index += 1
      }
    }
    last = input
  }

  mutating func addHead() {
    guard let last else { return }
    let classes = configuration.classes
    parts.append(
      NetworkPart("classifier", scope: [last.decision]) { architecture, _ in
        [
          .globalAveragePool,
          .linear(
            Linear(
              ModuleName("classifier", isElastic: true),
              from: last(architecture),
              classes: classes
            )
          ),
        ]
      }
    )
  }

  private var last: ElasticChannels?
  private var stemBase: Double {
    Double(configuration.stemWidth) * configuration.widthMultiplier
  }
}
