import Charts
import Networks
import SearchSpaces

// What `regnas space describe` prints.

extension SpaceSummary {
  var text: String {
    let pixels = resolutions.map(String.init).joined(separator: ", ")
    var lines = [
      "\(name): \(inputChannels) image channels, \(pixels) pixels, \(classes) classes",
      "architectures        \(architectures) (\(scientific(architectures)))",
    ]
    if distinctNetworks != architectures {
      lines.append(
        "distinct networks    \(distinctNetworksIsExact ? "" : "at most ")\(distinctNetworks) "
          + "(\(scientific(distinctNetworks)); \(coincidences.joined(separator: ", ")))"
      )
    }
    lines += [
      "MACs                 \(grouped(macs.smallest)) to \(grouped(macs.largest))",
      "parameters           \(grouped(parameters.smallest)) to \(grouped(parameters.largest))",
      "supernet             \(grouped(supernetParameters)) parameters, "
        + "\(grouped(supernetBuffers)) buffer elements, \(supernetTensors) tensors",
      "decisions            \(decisions.count)", "",
    ]
    let rows = decisions.map { [$0.name, $0.choices.joined(separator: " "), $0.condition ?? ""] }
    let table = TextTable(
      header: ["decision", "choices", "exists if"],
      rows: rows,
      rightAligned: [],
      isRuled: false
    )
    return (lines + table.lines).joined(separator: "\n")
  }
}

extension NetworkSummary {
  var text: String {
    let rows = layers.map { layer in
      let hasKernel =
        layer.kind != .linear && layer.kind != .addition
        && layer.kind != .globalAveragePool && layer.kind != .squeezeExcitation
      return [
        layer.name, layer.kind.words, "\(layer.channels)x\(layer.size)x\(layer.size)",
        hasKernel ? "\(layer.kernel)" : "", hasKernel ? "\(layer.stride)" : "",
        grouped(layer.macs), grouped(layer.parameters),
      ]
    }
    let table = TextTable(
      header: ["layer", "kind", "output", "kernel", "stride", "MACs", "parameters"],
      rows: rows + [["total", "", "", "", "", grouped(macs), grouped(parameters)]],
      rightAligned: [2, 3, 4, 5, 6],
      isRuled: false
    )
    let title =
      "\(space) \(architecture) at \(inputChannels)x\(resolution)x\(resolution), "
      + "\(stateDictEntries) state-dict entries"
    return ([title, ""] + table.lines).joined(separator: "\n")
  }
}

extension LayerCost.Kind {
  fileprivate var words: String {
    switch self {
    case .convolution: "convolution"
    case .depthwiseConvolution: "depthwise"
    case .squeezeExcitation: "squeeze-excitation"
    case .maxPool: "max pool"
    case .averagePool: "average pool"
    case .globalAveragePool: "global pool"
    case .linear: "linear"
    case .addition: "addition"
    }
  }
}
