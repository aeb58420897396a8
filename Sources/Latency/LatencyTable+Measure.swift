import Decisions
import Networks
import RandomStreams
import SearchSpaces
import Supernet
import Torch

extension LatencyTable {
  /// Measures every distinct part of a space once on this machine, then some whole networks
  /// (smallest, largest and `randomChecks` from `random`) against the sums.
  ///
  /// `progress` is called with the number of parts that were measured. Networks have made-up
  /// weights: latency does not depend on them.
  package static func measure(
    _ space: any ConfiguredSpace,
    device: Device = .cpu,
    batch: Int = 1,
    precision: ComputePrecision = .float32,
    meter: some LatencyMeter = ClockMeter(),
    randomChecks: Int = 6,
    random: RandomStream,
    progress: (_ partsMeasured: Int) -> Void = { _ in }
  ) throws -> LatencyTable {
    var measured: [Structure: Int] = [:]
    let raw = try space.costTable(name: "latency [ns]") { layers, size, channels in
      guard !layers.isEmpty else { return 0 }
      let part = Self.network(layers, size: size, channels: channels, space: space)
      let structure = Structure(part)
      if let known = measured[structure] { return known }
      let network = try StaticNetwork(madeUp: part, device: device).folded(precision: precision)
      let input = try network.input(batch: batch)
      let time = try meter.nanoseconds(on: device) { _ = try network.run(input) }
      measured[structure] = time
      progress(measured.count)
      return time
    }
    let costs = raw.monotoneEnvelope(in: space.decisions)
    var random = random
    let architectures =
      [space.smallest, space.largest]
      + (0..<max(0, randomChecks)).map { _ in space.uniformArchitecture(using: &random) }
    let checks = try architectures.map { architecture in
      let network = try StaticNetwork(
        madeUp: space.network(architecture).extracted,
        device: device
      ).folded(precision: precision)
      let input = try network.input(batch: batch)
      return Check(
        architecture: architecture,
        measured: try meter.nanoseconds(on: device) { _ = try network.run(input) },
        predicted: costs.cost(of: architecture, in: space.decisions)
      )
    }
    return LatencyTable(
      space: try SpaceDescription(space),
      device: .current(device),
      batch: batch,
      precision: precision,
      costs: costs,
      checks: checks
    )
  }

  /// The layers of a part as a network of its own.
  private static func network(
    _ layers: [Layer],
    size: Int,
    channels: Int,
    space: any SearchSpace
  ) -> NetworkDescription {
    var network = NetworkDescription(
      inputChannels: channels,
      resolution: size,
      classes: space.input.classes,
      dropout: 0,
      layers: layers
    ).extracted
    network.inputChannels =
      network.convolutions.first?.inChannels ?? network.linears.first?.weight.active[1] ?? channels
    return network
  }
}

/// What of a network decides its latency: everything but names.
private struct Structure: Hashable {
  private var network: NetworkDescription

  init(_ network: NetworkDescription) {
    func nameless(_ slice: WeightSlice) -> WeightSlice {
      WeightSlice(key: "", staticKey: "", stored: slice.active, active: slice.active)
    }
    self.network = network.mapping { convolution in
      var result = convolution
      result.weight = nameless(convolution.weight)
      result.bias = convolution.bias.map(nameless)
      result.norm?.key = ""
      result.norm?.staticKey = ""
      return result
    } linear: {
      Linear(weight: nameless($0.weight), bias: nameless($0.bias))
    }
  }
}

extension StaticNetwork {
  /// Some weights of ordinary size.
  fileprivate convenience init(madeUp network: NetworkDescription, device: Device) throws {
    var tensors: [String: Tensor] = [:]
    for entry in network.staticTensors {
      tensors[entry.key] = try Tensor(
        OracleFill.values(entry),
        shape: entry.shape,
        device: device
      ).inRunningOrder()
    }
    try self.init(network: network, tensors: tensors, device: device)
  }

  /// An input of the network's size in its element type.
  fileprivate func input(batch: Int) throws -> Tensor {
    let shape = [batch, network.inputChannels, network.resolution, network.resolution]
    let values = OracleFill.uniform(
      seed: OracleFill.seed(of: "input"),
      count: shape.reduce(1, *),
      scale: 1
    )
    return try Tensor(values, shape: shape, device: device).to(elementType).channelsLast()
  }
}
