import RandomStreams
import SearchSpaces
import Supernet
import Testing
import Torch

@Suite struct StandAloneSpaceTests {
  /// The network has the costs of the architecture, and stores what it uses and nothing else.
  @Test func itIsTheArchitecturesNetworkAndNoMore() throws {
    for name in ["mobilenetv3-small", "proxylessnas-small", "resnet50-small"] {
      let space = try SpaceRegistry.makeSpace(name: name)
      var stream = RandomStream(seed: 1, name: "alone")
      for architecture in [space.smallest, space.uniformArchitecture(using: &stream)] {
        let alone = try StandAloneSpace(architecture, of: space)
        let network = try alone.network(alone.architecture)
        let inside = try space.network(architecture)
        #expect(try network.macs() == inside.macs())
        #expect(network.parameters == inside.parameters)
        #expect(try alone.supernetParameters() == inside.parameters)
        #expect(alone.decisions.assignmentCount == 1)
        #expect(alone.smallest == alone.largest)
      }
    }
  }

  /// A chosen resolution goes along: images of another size are resized.
  @Test func theResolutionIsTheArchitectures() throws {
    var images = ImageTask.fashionMNIST
    images.resolutions = [20, 28]
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-small", images: images)
    let alone = try StandAloneSpace(space.smallest, of: space)
    let full = try Tensor.zeros([1, 1, 28, 28])
    #expect(try alone.input.images(full, for: alone.architecture).shape == [1, 1, 20, 20])
    #expect(try alone.network(alone.architecture).resolution == 20)
  }
}
