import RandomStreams
import Testing
import Torch

@Suite("Channels last")
struct ChannelsLastTests {
  private func noise(_ shape: [Int], offset: Float = 0) throws -> Tensor {
    var random = RandomStream(seed: 1, name: "noise")
    var values = [Float](repeating: 0, count: shape.reduce(1, *))
    random.fillNormal(&values, standardDeviation: 1)
    return try Tensor(values.map { $0 + offset }, shape: shape)
  }

  /// With one channel the strides of both layouts look alike; a whole network follows its images.
  @Test(arguments: [1, 3])
  func convolutionsFollowTheImages(channels: Int) throws {
    let images = try noise([2, channels, 8, 8])
    let weight = try noise([4, channels, 3, 3])
    let output = try images.channelsLast().convolved(with: weight.channelsLast(), padding: 1)
    #expect(output.isChannelsLast)
    let plain = try images.convolved(with: weight, padding: 1)
    #expect(try (output - plain).magnitude().max().scalar() <= 1e-5)
    #expect(try images.channelsLast().bytes() == images.bytes())
  }

  /// More rows than a block of the kernel, and a mean far from 0, where naive sums cancel.
  @Test func momentsOfBothLayoutsAgree() throws {
    let x = try noise([5, 7, 12, 13], offset: 100)
    let found = try x.channelsLast().channelMoments()
    let wide = try x.to(.float64)
    let exact = try wide.channelMoments()
    let (mean, variance) = try (exact.mean.to(.float32), exact.variance.to(.float32))
    #expect(try (found.mean - mean).magnitude().max().scalar() <= 1e-5)
    #expect(try ((found.variance - variance) / variance).magnitude().max().scalar() <= 1e-5)
  }

  @Test func momentsOfOnePixelHaveNoVariance() throws {
    let moments = try noise([1, 3, 1, 1]).channelsLast().channelMoments()
    #expect(try moments.variance.array(Float.self) == [0, 0, 0])
  }
}
