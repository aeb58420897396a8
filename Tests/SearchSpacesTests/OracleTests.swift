import Foundation
import Networks
import SearchSpaces
import Testing

/// The published supernets, instantiated in the reference implementation: `Tests/Fixtures` holds
/// what it counted.
struct Oracle: Decodable {
  let config: OFAConfiguration
  let parameters: Int
  let stateDictEntries: Int
  let macsByResolution: [String: Int]

  enum CodingKeys: String, CodingKey {
    case config, parameters
    case stateDictEntries = "state_dict_entries"
    case macsByResolution = "macs_by_resolution"
  }

  static let presets = [
    "ofa_mbv3_d234_e346_k357_w1.0": "mobilenetv3-w1.0",
    "ofa_mbv3_d234_e346_k357_w1.2": "mobilenetv3-w1.2",
    "ofa_proxyless_d234_e346_k357_w1.3": "proxylessnas-w1.3",
    "ofa_resnet50": "resnet50",
  ]

  static func all() throws -> [(preset: String, name: String, oracle: Oracle)] {
    let file = repository.appending(path: "Tests/Fixtures/supernet_oracles.json")
    let networks = try JSONDecoder().decode(
      [String: [String: Oracle]].self,
      from: Data(contentsOf: file)
    )
    return networks.sorted { $0.key < $1.key }.flatMap { id, oracles in
      oracles.sorted { $0.key < $1.key }.map { (presets[id] ?? id, $0.key, $0.value) }
    }
  }
}

@Suite struct OracleTests {
  @Test func countsOfTheReferenceImplementation() throws {
    let oracles = try Oracle.all()
    #expect(oracles.count >= 12)
    for (preset, name, oracle) in oracles {
      for (resolution, macs) in oracle.macsByResolution {
        var images = ImageTask.imageNet
        images.resolutions = [try #require(Int(resolution))]
        let space = try SpaceRegistry.makeSpace(name: preset, images: images)
        let network = try space.network(space.architecture(oracle.config))
        #expect(network.parameters == oracle.parameters, "\(preset) \(name)")
        #expect(network.staticTensors.count == oracle.stateDictEntries, "\(preset) \(name)")
        #expect(try network.macs() == macs, "\(preset) \(name) at \(resolution)")
        // Every layer counts its own parameters, so the sum must agree with the list of tensors.
        #expect(try network.layerCosts().reduce(0) { $0 + $1.parameters } == oracle.parameters)
      }
    }
  }

  /// Section 10 and 14 of the reference: trainable parameters with kernel matrices, buffers and
  /// state-dict entries of the supernets.
  @Test(arguments: [
    ("mobilenetv3-w1.0", 7_678_880, 41_888, 475), ("mobilenetv3-w1.2", 10_715_752, 50_896, 475),
    ("proxylessnas-w1.3", 7_956_882, 64_083, 446), ("resnet50", 48_105_992, 67_197, 368),
  ])
  func supernets(preset: String, parameters: Int, buffers: Int, entries: Int) throws {
    let tensors = try SpaceRegistry.makeSpace(name: preset).supernetTensors()
    #expect(tensors.count == entries)
    #expect(tensors.filter(\.isTrainable).reduce(0) { $0 + $1.count } == parameters)
    #expect(tensors.filter { !$0.isTrainable }.reduce(0) { $0 + $1.count } == buffers)
    #expect(Set(tensors.map(\.key)).count == entries)
  }

  /// The table of measured networks in `datasets/`: counts of every row.
  @Test func countsOfMeasuredNetworks() throws {
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-w1.0")
    let file = repository.appending(path: "datasets/ofa_mbv3_w1.0_imagenet_top1.csv")
    let rows = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
      .dropFirst()
    #expect(rows.count == 2373)
    var distinct: Set<Architecture> = []
    for row in rows {
      let fields = row.split(separator: ",")
      let lists = fields[0..<3].map { $0.compactMap { $0.wholeNumberValue.map(Double.init) } }
      let architecture = try space.architecture(
        OFAConfiguration(lists: ["ks": lists[0], "e": lists[1], "d": lists[2]])
      )
      let network = try space.network(architecture)
      #expect(network.parameters == Int(fields[3]), "\(row)")
      #expect(try network.macs() == Int(fields[4]), "\(row)")
      distinct.insert(architecture)
    }
    #expect(distinct.count == 2162)
  }
}
