import Networks
import SearchSpaces
import Testing

/// The names of section 9 of the reference, which published weights are found by.
@Suite struct TensorNameTests {
  static let norm = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]

  @Test func mobileSupernetAndExtractedNames() throws {
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-w1.0")
    let supernet = try space.supernetTensors()
    let block = supernet.filter { $0.key.hasPrefix("blocks.5.") }
    func norm(_ path: String) -> [String] { Self.norm.map { "\(path).\($0)" } }
    let conv = "blocks.5.conv"
    #expect(
      block.map(\.key)
        == ["\(conv).inverted_bottleneck.conv.conv.weight"]
        + norm("\(conv).inverted_bottleneck.bn.bn")
        + [
          "\(conv).depth_conv.conv.5to3_matrix", "\(conv).depth_conv.conv.7to5_matrix",
          "\(conv).depth_conv.conv.conv.weight",
        ] + norm("\(conv).depth_conv.bn.bn")
        + ["reduce.weight", "reduce.bias", "expand.weight", "expand.bias"].map {
          "\(conv).depth_conv.se.fc.\($0)"
        } + ["\(conv).point_linear.conv.conv.weight"] + norm("\(conv).point_linear.bn.bn")
    )
    let shapes = Dictionary(uniqueKeysWithValues: supernet.map { ($0.key, $0.shape) })
    #expect(shapes["\(conv).inverted_bottleneck.conv.conv.weight"] == [144, 24, 1, 1])
    #expect(shapes["\(conv).depth_conv.conv.conv.weight"] == [144, 1, 7, 7])
    #expect(shapes["\(conv).depth_conv.conv.7to5_matrix"] == [25, 25])
    #expect(shapes["\(conv).depth_conv.se.fc.reduce.weight"] == [40, 144, 1, 1])
    #expect(shapes["first_conv.bn.num_batches_tracked"] == [])
    #expect(shapes["blocks.0.conv.depth_conv.conv.weight"] == [16, 1, 3, 3])
    #expect(shapes["blocks.0.conv.point_linear.bn.bias"] == [16])
    #expect(shapes["feature_mix_layer.conv.weight"] == [1280, 960, 1, 1])
    #expect(shapes["classifier.linear.weight"] == [1000, 1280])

    // Two blocks in stage 1: the first block of stage 2, blocks.5, becomes blocks.3.
    let extracted = try space.network(
      space.architecture(#"{"ks": 5, "e": 4, "d": [2, 3, 3, 3, 3]}"#)
    ).staticTensors
    let first = extracted.filter { $0.key.hasPrefix("blocks.3.conv") }
    #expect(
      first.map(\.key)
        == ["blocks.3.conv.inverted_bottleneck.conv.weight"]
        + norm("blocks.3.conv.inverted_bottleneck.bn")
        + ["blocks.3.conv.depth_conv.conv.weight"] + norm("blocks.3.conv.depth_conv.bn")
        + ["reduce.weight", "reduce.bias", "expand.weight", "expand.bias"].map {
          "blocks.3.conv.depth_conv.se.fc.\($0)"
        } + ["blocks.3.conv.point_linear.conv.weight"] + norm("blocks.3.conv.point_linear.bn")
    )
    #expect(first.first?.shape == [96, 24, 1, 1])
    #expect(
      extracted.first { $0.key == "blocks.3.conv.depth_conv.conv.weight" }?.shape == [96, 1, 5, 5]
    )
  }

  @Test func residualSupernetAndExtractedNames() throws {
    let space = try SpaceRegistry.makeSpace(name: "resnet50")
    let supernet = try space.supernetTensors()
    let shapes = Dictionary(uniqueKeysWithValues: supernet.map { ($0.key, $0.shape) })
    #expect(shapes["input_stem.0.conv.conv.weight"] == [32, 3, 3, 3])
    #expect(shapes["input_stem.1.conv.conv.conv.weight"] == [32, 32, 3, 3])
    #expect(shapes["input_stem.1.conv.bn.bn.running_var"] == [32])
    #expect(shapes["input_stem.2.conv.conv.weight"] == [64, 32, 3, 3])
    #expect(shapes["blocks.17.conv2.conv.conv.weight"] == [720, 720, 3, 3])
    #expect(shapes["classifier.linear.linear.weight"] == [1000, 2048])
    let downsampled = supernet.filter { $0.key.hasSuffix("downsample.conv.conv.weight") }
    #expect(downsampled.map { $0.key.split(separator: ".")[1] } == ["0", "4", "8", "14"])

    func keys(_ configuration: String) throws -> Set<String> {
      Set(try space.network(space.architecture(configuration)).staticTensors.map(\.key))
    }
    let whole = try keys(#"{"d": 2, "e": 0.35, "w": 2}"#)
    #expect(whole.contains("input_stem.1.conv.conv.weight"))
    #expect(whole.contains("input_stem.1.conv.bn.weight"))
    #expect(whole.contains("input_stem.2.conv.weight"))
    #expect(whole.contains("classifier.linear.weight"))
    #expect(whole.contains("blocks.17.conv1.bn.running_mean"))
    // Without the stem's block input_stem.2 moves up; stage 2 starts at blocks.2.
    let skipped = try keys(#"{"d": 0, "e": 0.2, "w": 0}"#)
    #expect(skipped.contains("input_stem.1.conv.weight"))
    #expect(skipped.contains("input_stem.1.bn.weight"))
    #expect(!skipped.contains { $0.hasPrefix("input_stem.2") })
    #expect(skipped.contains("blocks.2.downsample.conv.weight"))
    #expect(!skipped.contains { $0.hasPrefix("blocks.10.") })
    // A middle depth skips the stem's block, as the published code does.
    #expect(try keys(#"{"d": [1, 0, 0, 0, 0], "e": 0.2, "w": 0}"#) == skipped)
  }

  @Test func kernelMatricesFollowTheKernels() throws {
    var configuration = MobileNetV3Space.Configuration()
    func matrices() throws -> [StoredTensor] {
      try MobileNetV3Space(configuration).supernetTensors().filter { $0.role == .kernelMatrix }
    }
    configuration.kernels = [3, 7]
    #expect(try matrices().count == 20)
    #expect(
      try matrices().first
        == StoredTensor(
          key: "blocks.1.conv.depth_conv.conv.7to3_matrix",
          shape: [9, 9],
          role: .kernelMatrix
        )
    )
    configuration.kernels = [5]
    #expect(try matrices().isEmpty)
  }

  @Test func keysAreUniqueAndSlicesFit() throws {
    for space in try everySpace() {
      for architecture in [space.smallest, space.largest] {
        let network = try space.network(architecture)
        let keys = network.staticTensors.map(\.key)
        #expect(Set(keys).count == keys.count)
        let touched = network.touchedWeights
        #expect(Set(touched.map(\.key)).count == touched.count)
        for weight in touched {
          #expect(weight.stored.count == weight.indices.count)
          #expect(zip(weight.stored, weight.indices).allSatisfy { (0..<$0).contains($1) })
        }
      }
    }
  }
}

extension Range<Int> {
  fileprivate func contains(_ other: Range<Int>) -> Bool {
    lowerBound <= other.lowerBound && other.upperBound <= upperBound
  }
}
