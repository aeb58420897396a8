import Delivery
import ImageData
import RunFixtures
import Search
import TestSupport
import Testing

/// The family of a run, tried on its own test images, where the resolution is a decision.
@Suite(.serialized) struct RunExportTests {
  @Test func storedPredictionsAreComparedWhereTheyCanBe() throws {
    var small = try SmallRun()
    small.configuration.space.resolutions = [12, 16]
    let run = try small.start("run")
    try run.train()
    let path = small.folder.file("family.h5")
    _ = try run.sampleFamily(FamilySettings(small.configuration), to: path, overwrite: false)
    let data = try ImageDataset.open(small.folder.file("data.h5"))

    var notes: [String] = []
    let plain = try FamilyExport(contentsOf: path, options: ExportOptions())
    let report = try plain.write(to: small.folder.file("plain"), verifiedOn: data) {
      notes.append($0)
    }
    #expect(notes.isEmpty)
    #expect(report.files.count == 6)
    for file in report.files {
      #expect(file.verification.source == .test && file.verification.images == 30, "\(file)")
    }

    // A model that takes bytes of 12 pixels cannot be given images that were resized as floats.
    var options = ExportOptions(formats: [.onnx, .torchscript])
    options.input = .uint8
    let bytes = try FamilyExport(contentsOf: path, options: options)
    let other = try bytes.write(to: small.folder.file("bytes"), verifiedOn: data) {
      notes.append($0)
    }
    let sizes = try plain.family.members.map { try $0.description.resolution }
    #expect(notes.count == sizes.count { $0 != 16 })
    for file in other.files {
      let isResized = sizes[file.member - 1] != 16
      #expect(file.verification.source == (isResized ? .random : .test), "\(file)")
    }

    // Other images are refused, by their digests.
    let strange = small.folder.file("strange.h5")
    try SmallRun.writeData(to: strange, seed: 1, classes: 2)
    let error = #expect(throws: DeliveryError.self) {
      try plain.write(to: small.folder.file("none"), verifiedOn: ImageDataset.open(strange))
    }
    #expect(error?.description.contains("strange.h5: its test images are not those") == true)
    #expect(!small.folder.exists("none"))
  }
}
