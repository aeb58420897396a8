import Networks

/// One elastic block of a mobile network.
struct InvertedBottleneck: Sendable {
  var index: Int
  var input: Int
  var output: Int
  var stride: Int
  var kernel: ElasticValue<Int>
  var expand: ElasticValue<Double>
  var activation: Activation
  var squeezeExcitation: Bool
  var norm: BatchNormSettings

  func layers(_ architecture: Architecture, _ staticIndex: Int) -> [Layer] {
    let name = ModuleName(
      supernet: "blocks.\(index).conv",
      extracted: "blocks.\(staticIndex).conv",
      isElastic: true
    )
    let hidden = Channels(
      active: expandedChannels(input, by: expand(architecture)),
      stored: expandedChannels(input, by: expand.largest)
    )
    var body: [Layer] = []
    // A block that can only expand by 1 has nothing to expand.
    if expand.largest != 1 {
      body.append(
        .convolution(
          Convolution(
            name.child("inverted_bottleneck"),
            from: Channels(fixed: input),
            to: hidden,
            norm: norm,
            activation: activation
          )
        )
      )
    }
    body.append(
      .convolution(
        Convolution(
          depthwise: name.child("depth_conv"),
          channels: hidden,
          kernel: kernel(architecture),
          of: kernel.choices,
          stride: stride,
          norm: norm,
          activation: activation
        )
      )
    )
    if squeezeExcitation {
      body.append(.squeezeExcitation(name.child("depth_conv"), channels: hidden))
    }
    body.append(
      .convolution(
        Convolution(
          name.child("point_linear"),
          from: hidden,
          to: Channels(fixed: output),
          norm: norm,
          activation: .identity
        )
      )
    )
    guard stride == 1, input == output else { return body }
    return [.residual(body: body, shortcut: .identity, activation: .identity)]
  }
}
