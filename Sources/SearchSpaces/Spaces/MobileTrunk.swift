import Decisions
import Networks

/// What MobileNetV3 and ProxylessNAS share: a stem, one fixed block without expansion, and stages
/// of elastic inverted-bottleneck blocks (1x1 expand, depthwise, squeeze-excitation if any, 1x1
/// project).
struct MobileTrunk {
  var kernels: [Int]
  var expands: [Double]
  var stages: [MobileStage]
  var norm: BatchNormSettings
  /// Channels after the width multiplier.
  var width: (Int) -> Int

  var list = DecisionList()
  var parts: [NetworkPart] = []
  /// The elastic settings, in network order: what OFA's encoding lists.
  var depth: [ElasticValue<Int>] = []
  var kernel: [ElasticValue<Int>] = []
  var expand: [ElasticValue<Double>] = []

  mutating func addStem(
    inputChannels: Int,
    stemWidth: Int,
    stemStride: Int,
    blockWidth: Int,
    activation: Activation,
    blockActivation: Activation,
    blockHasShortcut: Bool
  ) {
    let stem = Channels(fixed: width(stemWidth))
    let out = Channels(fixed: width(blockWidth))
    parts.append(
      NetworkPart(
        "first_conv",
        [
          .convolution(
            Convolution(
              ModuleName("first_conv", isElastic: false),
              from: Channels(fixed: inputChannels),
              to: stem,
              kernel: 3,
              stride: stemStride,
              norm: norm,
              activation: activation
            )
          )
        ]
      )
    )
    let name = ModuleName("blocks.0.conv", isElastic: false)
    let body: [Layer] = [
      .convolution(
        Convolution(
          depthwise: name.child("depth_conv"),
          channels: stem,
          kernel: 3,
          of: [3],
          stride: 1,
          norm: norm,
          activation: blockActivation
        )
      ),
      .convolution(
        Convolution(
          name.child("point_linear"),
          from: stem,
          to: out,
          norm: norm,
          activation: .identity
        )
      ),
    ]
    let hasShortcut = blockHasShortcut && stem == out
    parts.append(
      NetworkPart("block0", scope: [], list: "blocks") { _, _ in
        hasShortcut ? [.residual(body: body, shortcut: .identity, activation: .identity)] : body
      }
    )
  }

  /// Adds all stages and returns the channels after the last.
  mutating func addStages(after blockWidth: Int) -> Int {
    var input = width(blockWidth)
    var index = 1
    for (number, stage) in stages.enumerated() {
      let output = width(stage.width)
      let depth = list.add("stage\(number + 1).depth", stage.depths)
      self.depth.append(depth)
      for position in 0..<depth.largest {
        let conditions = depth.conditions(atLeast: position + 1)
        let kernel = list.add("block\(index).kernel", kernels, when: conditions)
        let expand = list.add("block\(index).expand", expands, when: conditions)
        self.kernel.append(kernel)
        self.expand.append(expand)
        let block = InvertedBottleneck(
          index: index,
          input: input,
          output: output,
          stride: position == 0 ? stage.stride : 1,
          kernel: kernel,
          expand: expand,
          activation: stage.activation,
          squeezeExcitation: stage.squeezeExcitation,
          norm: norm
        )
        parts.append(
          NetworkPart(
            "block\(index)",
            scope: [depth.decision, kernel.decision, expand.decision],
            list: "blocks"
          ) { architecture, staticIndex in
            depth(architecture) > position ? block.layers(architecture, staticIndex) : []
          }
        )
        input = output
        index += 1
      }
    }
    return input
  }
}
