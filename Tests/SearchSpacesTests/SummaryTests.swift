import Foundation
import SearchSpaces
import Testing

@Suite struct SummaryTests {
  @Test func spaceSummary() throws {
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-w1.0")
    let summary = try SpaceSummary(space)
    #expect(summary.architectures == summary.distinctNetworks)
    #expect(summary.macs.smallest == 121_278_672 && summary.macs.largest == 566_170_656)
    #expect(summary.parameters.smallest == 3_410_792 && summary.parameters.largest == 7_664_760)
    #expect(summary.supernetParameters == 7_678_880 && summary.supernetTensors == 475)
    #expect(summary.decisions[5].condition == "stage1.depth is 3 or 4")
    #expect(summary.decisions[0].condition == nil)
    #expect(summary.architectures == "21758655492572485851")
    let data = try JSONEncoder().encode(summary)
    #expect(try JSONDecoder().decode(SpaceSummary.self, from: data) == summary)
    let residual = try SpaceSummary(SpaceRegistry.makeSpace(name: "resnet50"))
    #expect(residual.architectures == "2458914796962")
    #expect(residual.distinctNetworks == "1639276531308")
    #expect(residual.coincidences == ["stem.width1: 0.65 = 0.8"])
  }

  @Test func networkSummaryListsEveryLayer() throws {
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-w1.0")
    let architecture = try space.architecture(#"{"ks": 7, "e": 6, "d": 4}"#)
    let summary = try NetworkSummary(architecture, of: space)
    #expect(summary.layers.reduce(0) { $0 + $1.macs } == 566_170_656)
    #expect(summary.layers.reduce(0) { $0 + $1.parameters } == 7_664_760)
    #expect(summary.stateDictEntries == 435)
    // The published shapes of the fifth block: 24 channels in, expanded to 144, stride 2, SE, 40
    // out.
    let block = summary.layers.filter { $0.name.hasPrefix("blocks.5.") }
    #expect(
      block.map(\.name) == [
        "blocks.5.conv.inverted_bottleneck", "blocks.5.conv.depth_conv",
        "blocks.5.conv.depth_conv.se", "blocks.5.conv.point_linear",
      ]
    )
    #expect(block.map(\.channels) == [144, 144, 144, 40])
    #expect(block.map(\.size) == [56, 28, 28, 28])
    #expect(block.map(\.macs) == [24 * 144 * 3136, 49 * 144 * 784, 2 * 40 * 144, 144 * 40 * 784])
    let data = try JSONEncoder().encode(summary)
    #expect(try JSONDecoder().decode(NetworkSummary.self, from: data) == summary)
    #expect(summary.macs == 566_170_656 && summary.parameters == 7_664_760)
  }

  /// The shortcut of ResNet-D counts at the size after its average pooling.
  @Test func residualSummaryCountsShortcutsAtTheirSize() throws {
    let space = try SpaceRegistry.makeSpace(name: "resnet50")
    let summary = try NetworkSummary(space.largest, of: space)
    let shortcut = summary.layers.first { $0.name == "blocks.4.downsample" }
    #expect(shortcut?.size == 28 && shortcut?.macs == 256 * 512 * 28 * 28)
    #expect(summary.layers.first { $0.kind == .maxPool }?.size == 56)
  }
}
