import Testing

@testable import ForeignWeights

@Suite("Foreign checkpoints of every format")
struct ImportFormatTests {
  @Test(
    "real files give the keys, types, shapes and values that their writer knows",
    arguments: [
      "kinds.zip.pt", "kinds.legacy.pt", "kinds.protocol4.zip.pt", "kinds.protocol4.legacy.pt",
      "training.zip.pt", "training.legacy.pt", "nested.zip.pt", "repacked.zip.pt",
      "kinds.safetensors", "bfloat16.safetensors", "tiny.safetensors",
    ]
  )
  func realFiles(_ name: String) throws {
    let expected = try #require(try ImportFixture.expected()[name])
    let checkpoint = try ForeignCheckpoint(contentsOf: ImportFixture.path(name))
    let tensors = Dictionary(uniqueKeysWithValues: checkpoint.tensors.map { ($0.key, $0) })
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
      #expect(checkpoint.tensors.map(\.key) == expected.map(\.key))
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
    #expect(folder?.cause == .unreadable(reason: "it is not a regular file"))
    for bytes in [[], Array("PK".utf8), Array("hello, world".utf8), [0x89, 0x48, 0x44, 0x46]] {
      switch ImportFixture.cause(bytes) {
      case .unknownFormat, .damaged: break
      case let cause: Issue.record("\(bytes): \(String(describing: cause))")
      }
    }
    #expect(ImportFixture.cause(ImportFixture.safetensors([])) == .noTensors)
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
}
