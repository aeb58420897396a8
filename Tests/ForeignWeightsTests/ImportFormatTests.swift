import Testing

@testable import ForeignWeights

@Suite("Foreign checkpoints of every format")
struct ImportFormatTests {
  @Test(
    "real files give the keys, types, shapes and values that their writer knows",
    arguments: [
      ("kinds.zip.pt", "state_dict."), ("kinds.legacy.pt", "state_dict."),
      ("kinds.protocol4.zip.pt", ""), ("kinds.protocol4.legacy.pt", ""),
      ("training.zip.pt", "model_state_dict."), ("training.legacy.pt", "model_state_dict."),
      ("ema.zip.pt", "state_dict."), ("ema.protocol4.zip.pt", "state_dict."),
      ("lightning.zip.pt", "state_dict.model."), ("swa.zip.pt", "module."),
      ("tagged.zip.pt", ""), ("nested.zip.pt", ""), ("repacked.zip.pt", ""),
      ("kinds.safetensors", ""), ("bfloat16.safetensors", ""), ("tiny.safetensors", ""),
    ]
  )
  func realFiles(_ name: String, _ prefix: String) throws {
    let expected = try #require(try ImportFixture.expected()[name])
    let checkpoint = try ForeignCheckpoint(contentsOf: ImportFixture.path(name))
    let own = checkpoint.tensors.filter { $0.key.hasPrefix(prefix) }
    let tensors = Dictionary(
      uniqueKeysWithValues: own.map { (String($0.key.dropFirst(prefix.count)), $0) }
    )
    #expect(tensors.count == expected.count)
    for expected in expected {
      let tensor = try #require(tensors[expected.key], "\(expected.key)")
      #expect(tensor.elementType.rawValue == expected.type)
      #expect(tensor.shape == expected.shape)
      #expect(try tensor.floats().map(\.bitPattern) == expected.bits, "\(expected.key)")
      if tensor.elementType.isInteger {
        #expect(try tensor.integers().map { Float($0).bitPattern } == expected.bits)
      }
    }
    if name.hasSuffix(".pt") {
      #expect(own.map(\.key) == expected.map { prefix + $0.key })
    }
  }

  @Test(
    "the format is told from the content",
    arguments: [
      ("tiny.zip.pt", ForeignCheckpoint.Format.torchArchive),
      ("tiny.legacy.pt", .torchLegacy), ("tiny.safetensors", .safetensors),
    ]
  )
  func format(_ name: String, _ format: ForeignCheckpoint.Format) throws {
    #expect(try ForeignCheckpoint(bytes: ImportFixture.bytes(name)).format == format)
  }

  @Test("a header length that starts as a pickle does is no pickle")
  func ambiguousStart() throws {
    var header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"
    header += String(repeating: " ", count: 0x0280 - header.utf8.count - 1) + "}"
    let bytes = ImportFixture.safetensors(header: header, values: [0, 0, 0, 0])
    #expect(bytes.starts(with: [0x80, 0x02]))
    #expect(try ForeignCheckpoint(bytes: bytes).format == .safetensors)
  }

  @Test("floating point values are not read as integers")
  func notIntegers() throws {
    let checkpoint = try ForeignCheckpoint(bytes: ImportFixture.bytes("tiny.zip.pt"))
    #expect(throws: ImportError.self) { try checkpoint.tensors[0].integers() }
  }

  @Test("what is no file, or no checkpoint, is told apart")
  func notCheckpoints() throws {
    let missing = #expect(throws: ImportError.self) {
      try ForeignCheckpoint(contentsOf: ImportFixture.path("none.pt"))
    }
    #expect(missing?.cause == .missing)
    #expect(missing?.description.contains("none.pt") == true)
    let folder = #expect(throws: ImportError.self) {
      try ForeignCheckpoint(contentsOf: ImportFixture.folder.path)
    }
    #expect(folder?.cause == .noFile(isFolder: true))
    #expect(ImportFixture.cause([]) == .unknownFormat(reason: "it is empty"))
    #expect(ImportFixture.cause(Array("PK".utf8)) != nil)
    #expect(ImportFixture.cause(ImportFixture.safetensors([])) == .noTensors(.init()))
  }

  @Test("compressed entries and the other byte order are refused")
  func unsupported() throws {
    for name in ["compressed.zip.pt", "bigendian.zip.pt"] {
      guard case .unsupported = ImportFixture.cause(try ImportFixture.bytes(name)) else {
        Issue.record("\(name) was read")
        continue
      }
    }
  }

  /// Beginnings of files, and a part of what is said about each.
  private static let beginnings: [(bytes: [UInt8], part: String)] = [
    ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], "an HDF5 file"),
    (text("regnas seal 1: SHA-256"), "supernet.initial"),
    (text("version https://git-lfs.github.com/spec/v1\nsize 99\n"), "git lfs pull"),
    (text("\n <!DOCTYPE html><html>"), "a web page"),
    (text("<?xml version='1.0'?><Error>"), "a web page"),
    (text("{\"error\": \"gated\"}"), "a JSON text"),
    (text("404: Not Found\n"), "a text: '404: Not Found'"),
    (text("\u{8}\u{7}\u{12}\u{7}pytorch"), "an ONNX model"),
    ([0x1F, 0x8B, 8, 0], "gzip -dk"), ([0x28, 0xB5, 0x2F, 0xFD, 1], "zstd -d"),
    ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0], "one NumPy array"),
    ([UInt8](repeating: 0, count: 300), "nothing but zeros"),
    (text(String(repeating: " ", count: 257) + "ustar"), "a tar archive"),
    ([0x80, 0x04, 0x7D, 0x2E], "a plain pickle"),
  ]

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test("files of other formats are named as what they are", arguments: beginnings)
  func otherFormats(_ bytes: [UInt8], _ part: String) {
    guard case .otherFormat(let format) = ImportFixture.cause(bytes) else {
      Issue.record("\(part): \(String(describing: ImportFixture.cause(bytes)))")
      return
    }
    let text = "\(ImportError(.otherFormat(format)))"
    #expect(text.contains(part), "\(text)")
  }

  @Test(
    "zip files that torch.save did not write are told from their entries",
    arguments: [
      (["a.npy", "b.npy"], "NumPy arrays (npz)"), (["config.json", "model.weights.h5"], "Keras"),
      (["ofa/net.pth"], "'ofa/net.pth' in it"), (["word/document.xml"], "with 1 entry:"),
    ]
  )
  func zipFiles(_ names: [String], _ part: String) {
    let text = "\(ImportError(.otherFormat(OtherFormat(zip: names))))"
    #expect(text.contains(part), "\(text)")
  }

  @Test("modules and scripts are named, with the call that saves their weights")
  func modules() throws {
    let script = ImportFixture.cause(try ImportFixture.bytes("script.zip.pt"))
    #expect(script == .otherFormat(.torchScript))
    for (name, call) in [
      ("module.zip.pt", "torch.save(torch.load(path, weights_only=False).state_dict(), "),
      ("modules.zip.pt", "torch.load(path, weights_only=False)['model'].state_dict(), "),
    ] {
      let checkpoint = try ForeignCheckpoint(contentsOf: ImportFixture.path(name))
      let error = #expect(throws: ImportError.self) {
        try ImportPlan(checkpoint, onto: [.init(key: "weight", shape: [1])])
      }
      let text = "\(try #require(error))"
      #expect(text.contains("the class torch.nn.modules.linear.Linear"), "\(text)")
      #expect(text.contains(call), "\(text)")
    }
  }
}
