import TestSupport
import Testing

/// `regnas space`, to the byte.
@Suite struct SpaceCommandTests {
  private let regnas: Regnas

  init() throws { regnas = try Regnas() }

  private func output(_ command: Command) throws -> String { try regnas.succeed(command).output }

  @Test func spacesAreListed() throws {
    #expect(
      try output("space list") == """
        mobilenetv3-w1.0    MobileNetV3 as published, width 1.0
        mobilenetv3-w1.2    MobileNetV3 as published, width 1.2
        proxylessnas-w1.3   ProxylessNAS as published, width 1.3
        resnet50            ResNet50-D as published
        mobilenetv3-small   MobileNetV3 for images of 28 to 32 pixels
        proxylessnas-small  ProxylessNAS for images of 28 to 32 pixels
        resnet50-small      ResNet50-D for images of 28 to 32 pixels

        """
    )
  }

  /// With choices that are the same, a count of the different networks; with several sizes of images,
  /// a decision between them.
  @Test func aSpaceIsDescribed() throws {
    #expect(
      try output("space describe resnet50-small --resolution 20 --resolution 28") == """
        resnet50-small: 1 image channels, 20, 28 pixels, 10 classes
        architectures        57658068 (5.766e7)
        distinct networks    38438712 (3.844e7; stem.width1: 0.75 = 1)
        MACs                 278,016 to 10,888,320
        parameters           21,602 to 792,346
        supernet             792,346 parameters, 5,601 buffer elements, 200 tensors
        decisions            19

        decision       choices        exists if
        resolution     20 28
        stem.depth     0 2
        stem.width1    0.5 0.75 1
        stem.width2    0.5 0.75 1
        stage1.depth   0 1 2
        stage1.width   0.5 0.75 1
        block0.expand  0.25 0.5 0.75
        block1.expand  0.25 0.5 0.75  stage1.depth is 1 or 2
        block2.expand  0.25 0.5 0.75  stage1.depth is 2
        stage2.depth   0 1 2
        stage2.width   0.5 0.75 1
        block3.expand  0.25 0.5 0.75
        block4.expand  0.25 0.5 0.75  stage2.depth is 1 or 2
        block5.expand  0.25 0.5 0.75  stage2.depth is 2
        stage3.depth   0 1 2
        stage3.width   0.5 0.75 1
        block6.expand  0.25 0.5 0.75
        block7.expand  0.25 0.5 0.75  stage3.depth is 1 or 2
        block8.expand  0.25 0.5 0.75  stage3.depth is 2

        """
    )
  }

  @Test func aNetworkIsDescribedLayerByLayer() throws {
    #expect(
      try output("space describe mobilenetv3-small --architecture smallest") == """
        mobilenetv3-small 0.00.--.--.0.00.--.--.0.00.--.-- at 1x28x28, 89 state-dict entries

        layer                              kind                  output  kernel  stride     MACs  parameters
        first_conv                         convolution         16x14x14       3       2   28,224         176
        blocks.0.conv.depth_conv           depthwise           16x14x14       3       1   28,224         176
        blocks.0.conv.point_linear         convolution          8x14x14       1       1   25,088         144
        blocks.1.conv.inverted_bottleneck  convolution         24x14x14       1       1   37,632         240
        blocks.1.conv.depth_conv           depthwise             24x7x7       3       2   10,584         264
        blocks.1.conv.point_linear         convolution           24x7x7       1       1   28,224         624
        blocks.2.conv.inverted_bottleneck  convolution           72x7x7       1       1   84,672       1,872
        blocks.2.conv.depth_conv           depthwise             72x4x4       3       2   10,368         792
        blocks.2.conv.depth_conv.se        squeeze-excitation    72x4x4                    3,456       3,552
        blocks.2.conv.point_linear         convolution           32x4x4       1       1   36,864       2,368
        blocks.3.conv.inverted_bottleneck  convolution           96x4x4       1       1   49,152       3,264
        blocks.3.conv.depth_conv           depthwise             96x4x4       3       1   13,824       1,056
        blocks.3.conv.depth_conv.se        squeeze-excitation    96x4x4                    4,608       4,728
        blocks.3.conv.point_linear         convolution           48x4x4       1       1   73,728       4,704
        final_expand_layer                 convolution          144x4x4       1       1  110,592       7,200
        global average pool                global pool          144x1x1                        0           0
        feature_mix_layer                  convolution          192x1x1       1       1   27,648      27,648
        classifier                         linear                10x1x1                    1,920       1,930
        total                                                                            574,808      60,738

        """
    )
  }

  @Test func countsBeyondSixtyFourBitsAreShort() throws {
    let lines = try output("space describe mobilenetv3-w1.0").split(separator: "\n")
    #expect(lines[1] == "architectures        21758655492572485851 (2.176e19)")
  }

  @Test func architecturesAreReadInThePublishedEncoding() throws {
    let summary = try object(
      output(#"space describe resnet50 --architecture '{"d": 2, "e": 0.35, "w": 2}' --json"#)
    )
    #expect(summary["macs"] as? Int == 7_491_643_904)
    #expect(summary["parameters"] as? Int == 48_105_992)
    try regnas.refuse(
      #"space describe mobilenetv3-w1.0 --architecture '{"ks": [3, 5], "e": 4, "d": 2}'"#,
      64
    )
    try regnas.refuse("space describe mobilenet-small", 64, "mobilenetv3-small")
  }
}
