import AtomicFiles
import Foundation
import HDF5
import RandomStreams
import SearchSpaces
import SupernetFixtures
import TensorFiles
import Testing
import Torch

@testable import Supernet

/// Weights of other images: what is taken, and what is made anew.
@Suite struct SupernetFitTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "fit-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func cleaningUp(_ body: (_ path: String) throws -> Void) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.appending(path: "a.h5").path(percentEncoded: false))
  }

  private func space(
    _ name: String,
    channels: Int = 1,
    classes: Int = 10,
    sizes: [Int] = [16]
  ) throws -> any ConfiguredSpace {
    try SpaceRegistry.makeSpace(
      name: name,
      images: ImageTask(channels: channels, classes: classes, resolutions: sizes)
    )
  }

  private let random = RandomStream(seed: 3, name: "fresh")

  @Test(arguments: Fixture.spaceNames)
  func allButTheHeadIsTakenForOtherClasses(_ name: String) throws {
    try cleaningUp { path in
      let file = try Fixture.supernet(name)
      try file.write(to: path)
      let other = try space(name, classes: 7, sizes: [20, 24])
      let fit = try SupernetFit(path, of: other)
      #expect(fit.stem == nil && !fit.isWhole)
      #expect(fit.notes.count == 2)
      #expect(fit.notes[0].contains("10 classes apart, the data set has 7"))
      #expect(fit.notes[1].contains("16 pixels, the run's are of 20, 24 pixels"))
      let start = try Supernet.starting(from: path, of: other, device: .cpu, random: random)
      let fresh = try Supernet(space: other, random: random).allBytes()
      let (bytes, expected) = (try start.allBytes(), try file.allBytes())
      #expect(fit.head.count == 2)
      for (key, value) in bytes {
        #expect(value == (fit.head.contains(key) ? fresh[key] : expected[key]), "\(key)")
      }
      // To be used as it is, it must fit.
      #expect(throws: SupernetError.self) { try Supernet.read(path, of: other) }
    }
  }

  @Test(arguments: Fixture.spaceNames)
  func greyImagesLookAsTheyDidInColour(_ name: String) throws {
    try cleaningUp { path in
      for (found, expected) in [(3, 1), (1, 3)] {
        let file = try Supernet(oracle: space(name, channels: found), elementType: .float32)
        try file.write(to: path)
        let other = try space(name, channels: expected)
        let fit = try SupernetFit(path, of: other)
        let stem = try #require(fit.stem)
        #expect(fit.head.isEmpty && fit.notes.count == 1)
        let start = try Supernet.starting(from: path, of: other, device: .cpu, random: random)
        let sums = try [file, start].map { try $0.tensor(stem).sum([1]).array(Float.self) }
        for (a, b) in zip(sums[0], sums[1]) { #expect(abs(a - b) < 1e-5) }
      }
      let odd = try space(name, channels: 4)
      #expect(try SupernetFit(path, of: odd).notes[0].contains("shared out"))
      try Supernet(oracle: space(name, channels: 3), elementType: .float32).write(to: path)
      #expect(try SupernetFit(path, of: odd).notes[0].contains("made anew"))
      let start = try Supernet.starting(from: path, of: odd, device: .cpu, random: random)
      let stem = try #require(SupernetFit(path, of: odd).stem)
      #expect(
        try start.allBytes()[stem] == Supernet(space: odd, random: random).allBytes()[stem]
      )
    }
  }

  @Test func weightsForOtherSizesFitAsTheyAre() throws {
    try cleaningUp { path in
      let file = try Fixture.supernet("resnet50-small")
      try file.write(to: path)
      let other = try space("resnet50-small", sizes: [24])
      let fit = try SupernetFit(path, of: other)
      #expect(fit.isWhole && fit.notes.count == 1)
      #expect(try Supernet.read(path, of: other).allBytes() == file.allBytes())
      #expect(try SupernetFit(path, of: Fixture.space("resnet50-small")).notes.isEmpty)
      #expect(throws: SupernetError.self) {
        try SupernetFit(path, of: Fixture.space("mobilenetv3-small"))
      }
      let narrow = try Fixture.space("resnet50-small").scaled(to: 0.5)
      #expect(throws: SupernetError.self) { try SupernetFit(path, of: narrow) }
    }
  }

  @Test func storedWeightsThatAreNoNumbersAreRefused() throws {
    try cleaningUp { path in
      for (key, value) in [
        ("blocks.0.conv1.conv.conv.weight", Float.nan),
        ("blocks.0.conv1.bn.bn.running_var", -1),
      ] {
        let supernet = try Fixture.supernet("resnet50-small")
        var state = try supernet.state()
        let tensor = try #require(state[key])
        var values = try tensor.array(Float.self)
        values[0] = value
        state[key] = try Tensor(values, shape: tensor.shape)
        try supernet.load(state)
        try supernet.write(to: path)
        for body in [
          { _ = try Supernet.read(path) },
          { try Fixture.supernet("resnet50-small").load(path: path) },
          { try SupernetFile.checkValues(path: path) },
        ] as [() throws -> Void] {
          let error = #expect(throws: SupernetError.self) { try body() }
          #expect(error?.description.contains("'\(key)' (1 of ") == true)
        }
      }
    }
  }
}
