import Networks

/// One elastic block of a ResNet-D: 1x1, 3x3 (which strides), 1x1; the shortcut averages before its
/// 1x1 convolution.
struct Bottleneck: Sendable {
  var index: Int
  var input: ElasticChannels
  var output: ElasticChannels
  var expand: ElasticValue<Double>
  var stride: Int
  var hasDownsampling: Bool
  var norm: BatchNormSettings

  func layer(_ architecture: Architecture, _ staticIndex: Int) -> Layer {
    let name = ModuleName(
      supernet: "blocks.\(index)",
      extracted: "blocks.\(staticIndex)",
      isElastic: true
    )
    let input = input(architecture)
    let output = output(architecture)
    let hidden = Channels(
      active: expandedChannels(output.active, by: expand(architecture)),
      stored: expandedChannels(output.stored, by: expand.largest)
    )
    let body: [Layer] = [
      .convolution(
        Convolution(name.child("conv1"), from: input, to: hidden, norm: norm, activation: .relu)
      ),
      .convolution(
        Convolution(
          name.child("conv2"),
          from: hidden,
          to: hidden,
          kernel: 3,
          stride: stride,
          norm: norm,
          activation: .relu
        )
      ),
      .convolution(
        Convolution(
          name.child("conv3"),
          from: hidden,
          to: output,
          norm: norm,
          activation: .identity
        )
      ),
    ]
    guard hasDownsampling else {
      return .residual(body: body, shortcut: .identity, activation: .relu)
    }
    let projection = Layer.convolution(
      Convolution(
        name.child("downsample"),
        from: input,
        to: output,
        norm: norm,
        activation: .identity
      )
    )
    // Averaging over one pixel does nothing.
    let pooling: [Layer] = stride > 1 ? [.averagePool(kernel: stride, stride: stride)] : []
    return .residual(body: body, shortcut: .layers(pooling + [projection]), activation: .relu)
  }
}

/// A channel count that follows a width decision.
struct ElasticChannels: Sendable {
  var width: ElasticValue<Double>
  var base: Double
  /// The inner stem has half the channels of the stem, both rounded.
  var isHalved = false

  var decision: Int? { width.decision }
  var largest: Int { count(width.largest) }

  func callAsFunction(_ architecture: Architecture) -> Channels {
    Channels(active: count(width(architecture)), stored: largest)
  }

  private func count(_ factor: Double) -> Int {
    let whole = makeDivisible(base * factor)
    return isHalved ? makeDivisible(Double(whole / 2)) : whole
  }
}
