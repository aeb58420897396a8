import AtomicFiles
import Delivery
import Foundation
import SupernetFixtures
import TestSupport
import Testing
import Torch

/// Real files of all formats, read back by the readers that others would use here.
@Suite struct ExportTests {
  @Test(arguments: Fixture.spaceNames)
  func everyFormatPredictsWhatTheMembersDo(_ space: String) throws {
    let folder = try TemporaryFolder()
    let export = try FamilyExport(
      contentsOf: familyFile(space, in: folder),
      options: ExportOptions()
    )
    let report = try export.write(to: folder.file("exported"))
    #expect(report.files.count == 6)
    for file in report.files {
      #expect(file.verification.images == 50 && file.verification.source == .random)
      #expect(file.verification.isEqual && file.verification.ties == 0, "\(file)")
      // Rounding, and no more.
      #expect(file.verification.largestDifference < 1e-4, "\(file)")
      #expect(folder.bytes("exported/\(file.path)").count == file.bytes)
    }
    #expect(folder.names("exported") == ["member-1", "member-2"])
    #expect(
      folder.names("exported/member-2") == [
        "README.md", "config.json", "model.onnx", "model.pt", "model.safetensors",
      ]
    )
    // Nothing is left beside it.
    #expect(folder.names() == ["exported", "\(space).h5"])

    let again = try export.write(to: folder.file("again"))
    #expect(again.files == report.files)
    for name in folder.names("exported/member-2") {
      let (first, second) = ("exported/member-2/\(name)", "again/member-2/\(name)")
      #expect(folder.bytes(first) == folder.bytes(second), "\(name)")
    }
  }

  @Test func optionsChangeWhatModelsTake() throws {
    let folder = try TemporaryFolder()
    let family = try familyFile("mobilenetv3-small", in: folder)
    var options = ExportOptions(formats: [.torchscript, .onnx, .onnx])
    #expect(options.formats == [.onnx, .torchscript])
    options.input = .uint8
    options.layout = .nhwc
    options.keepsBatchNorm = true
    let report = try FamilyExport(contentsOf: family, options: options)
      .write(to: folder.file("exported"), only: 2)
    #expect(report.files.map(\.path) == ["member-2/model.onnx", "member-2/model.pt"])
    #expect(report.files.filter(\.verification.isEqual).count == 2)

    let model = try TorchScriptModule(path: folder.file("exported/member-2/model.pt"))
    let bytes = try Tensor([UInt8](repeating: 7, count: 256), shape: [1, 16, 16, 1])
    #expect(try model(bytes).shape == [1, 10])
    let record = try #require(
      try JSONSerialization.jsonObject(with: Data(folder.bytes("exported/member-2/config.json")))
        as? [String: Any]
    )
    #expect(record["schema"] as? String == "regnas.member/1")
    #expect((record["classes"] as? [String])?[1] == "dog | <b>")
    let models = record["models"] as? [String: String]
    #expect(models == ["input": "uint8", "layout": "nhwc", "batchNorm": "kept"])
    let readme = folder.text("exported/member-2/README.md")
    #expect(readme.contains("## ONNX") && !readme.contains("## Safetensors"))
    #expect(!readme.contains("dog"))
  }

  /// Everything that is refused leaves the folder as it was.
  @Test func refusalsLeaveNothing() throws {
    let folder = try TemporaryFolder()
    let export = try FamilyExport(
      contentsOf: familyFile("resnet50-small", in: folder),
      options: ExportOptions(formats: [.safetensors])
    )
    for number in [0, 3, .min, .max] {
      #expect(throws: DeliveryError.self) {
        try export.write(to: folder.file("exported"), only: number)
      }
    }
    let error = #expect(throws: StorageError.self) {
      try export.write(to: folder.file("exported"), storage: FullDisk())
    }
    #expect(error?.code == ENOSPC)
    #expect(throws: StorageError.self) { try export.write(to: folder.file("none/exported")) }
    #expect(folder.names() == ["resnet50-small.h5"])

    try export.write(to: folder.file("exported"), only: 1)
    let before = folder.bytes("exported/member-1/model.safetensors")
    #expect(throws: OutputError.self) { try export.write(to: folder.file("exported")) }
    #expect(throws: StorageError.self) {
      try export.write(to: folder.file("exported"), overwrite: true, storage: FullDisk())
    }
    #expect(folder.bytes("exported/member-1/model.safetensors") == before)
    #expect(folder.names("exported") == ["member-1"])
    try export.write(to: folder.file("exported"), overwrite: true)
    #expect(folder.names("exported") == ["member-1", "member-2"])

    // A folder with something else in it is never replaced.
    for name in ["exported/notes.txt", "exported/member-1/notes.txt"] {
      try folder.put("mine", name)
      #expect(throws: OutputError.self) {
        try export.write(to: folder.file("exported"), overwrite: true)
      }
      #expect(folder.text(name) == "mine")
      try folder.remove(name)
    }
    #expect(folder.names() == ["exported", "resnet50-small.h5"])
  }
}

/// A disk on which nothing can be written.
private struct FullDisk: PatchedStorage {
  func write(_: Int32, _: UnsafeRawBufferPointer) throws(StorageFault) -> Int {
    throw StorageFault(ENOSPC)
  }
}
