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

@Suite("Supernet files")
struct FileTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "supernet-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func path(_ name: String) -> String {
    folder.appending(path: name).path(percentEncoded: false)
  }

  private func cleaningUp(_ body: () throws -> Void) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try body()
  }

  @Test(arguments: Fixture.spaceNames)
  func readsWhatItWrote(_ name: String) throws {
    try cleaningUp {
      let supernet = try Fixture.supernet(name)
      try supernet.write(to: path("a.h5"), provenance: ["data": "made up", "seed": "1"])
      let read = try Supernet.read(path("a.h5"))
      #expect(try read.allBytes() == supernet.allBytes())
      #expect(read.space.name == name)
      #expect(read.layout == supernet.layout)
      #expect(read.parameters.allSatisfy { $0.value.rank != 4 || $0.value.isChannelsLast })
      let information = try SupernetFile.information(path: path("a.h5"))
      #expect(information.provenance == ["data": "made up", "seed": "1"])

      try read.write(to: path("b.h5"), provenance: information.provenance)
      let bytes = try ["a.h5", "b.h5"].map { try Data(contentsOf: folder.appending(path: $0)) }
      #expect(bytes[0] == bytes[1])
    }
  }

  @Test func refusesAnotherSpace() throws {
    try cleaningUp {
      try Fixture.supernet("resnet50-small").write(to: path("a.h5"))
      let other = try Fixture.supernet("mobilenetv3-small")
      let error = #expect(throws: SupernetError.self) { try other.load(path: path("a.h5")) }
      #expect(error?.description.contains("resnet50-small") == true)
      let classes = ImageTask(channels: 1, classes: 7, resolutions: [16])
      let wider = try Supernet(
        oracle: SpaceRegistry.makeSpace(name: "resnet50-small", images: classes)
      )
      #expect(throws: SupernetError.self) { try wider.load(path: path("a.h5")) }
      let read = { try Supernet.read(self.path("a.h5"), of: $0) }
      #expect(
        try read(Fixture.space("resnet50-small")).allBytes()
          == Fixture.supernet("resnet50-small").allBytes()
      )
      #expect(throws: SupernetError.self) { try read(Fixture.space("mobilenetv3-small")) }
    }
  }

  @Test func refusesForeignAndDamagedFiles() throws {
    try cleaningUp {
      let supernet = try Fixture.supernet("resnet50-small")
      try supernet.write(to: path("a.h5"))
      var bytes = try Data(contentsOf: folder.appending(path: "a.h5"))
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: folder.appending(path: "flipped.h5"))
      try bytes.prefix(4000).write(to: folder.appending(path: "short.h5"))
      let foreign = try HDF5File.createInMemory()
      try foreign.root.setAttribute("format", "regnas.dataset")
      try AtomicFile.write(foreign.image(), to: path("foreign.h5"))
      for name in ["flipped.h5", "short.h5", "foreign.h5", "missing.h5"] {
        #expect(throws: HDF5Error.self) { try Supernet.read(path(name)) }
      }
    }
  }

  /// What people give in place of a supernet file is named, with what makes one of it.
  @Test func otherKindsOfFilesAreNamed() throws {
    try cleaningUp {
      let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/Import/tiny.zip.pt").standardized.path
      try Data("version https://git-lfs.github.com/spec/v1\n".utf8)
        .write(to: folder.appending(path: "lfs.h5"))
      for (path, part) in [
        (file, "regnas supernet import"), (path("lfs.h5"), "git lfs pull"),
        (path(""), "supernet.h5 in the folder of a run"),
      ] {
        for body in [
          { _ = try Supernet.read(path) }, { _ = try SupernetFile.information(path: path) },
        ] as [() throws -> Void] {
          let error = #expect(throws: HDF5Error.self) { try body() }
          #expect(error?.description.contains(part) == true, "\(String(describing: error))")
        }
      }
    }
  }

  @Test func statesThatDoNotFitChangeNothing() throws {
    let supernet = try Fixture.supernet("resnet50-small")
    let before = try supernet.allBytes()
    let state = try Supernet(
      space: Fixture.space("resnet50-small"),
      random: RandomStream(seed: 1, name: "weights")
    ).state()
    let key = "blocks.0.conv1.conv.conv.weight"
    var missing = state
    missing[key] = nil
    var unknown = state
    unknown["blocks.99.weight"] = try Tensor.zeros([1])
    var reshaped = state
    reshaped[key] = try Tensor.zeros([1, 1, 1, 1])
    var retyped = state
    retyped[key] = try state[key]?.to(.float64)
    #expect(throws: SupernetError.missingTensors([key])) { try supernet.load(missing) }
    #expect(throws: SupernetError.unknownTensors(["blocks.99.weight"])) {
      try supernet.load(unknown)
    }
    for wrong in [reshaped, retyped] {
      #expect(throws: SupernetError.self) { try supernet.load(wrong) }
    }
    #expect(try supernet.allBytes() == before)
    try supernet.load(missing, allowMissing: true)
    #expect(try supernet.allBytes()[key] == before[key])
  }

  @Test func trainerStatesFitGroups() throws {
    let state = [
      "optimizer/velocity/a.b": try Tensor([1, 2] as [Float], shape: [2]),
      "steps": try Tensor(Int64(4)),
    ]
    let file = try HDF5File.createInMemory()
    try file.root.createGroup("trainer").write(tensors: state)
    let read = try file.root.group("trainer").tensors()
    #expect(try read.mapValues { try $0.bytes() } == state.mapValues { try $0.bytes() })
    #expect(read["steps"]?.shape == [] && read["steps"]?.elementType == .int64)
  }
}
