import Testing

@testable import ForeignWeights

/// Every cut and every changed byte of a small file of each format: an error, or tensors that can be
/// read. That the tests end is what they prove.
@Suite("Damaged foreign checkpoints", .timeLimit(.minutes(1)))
struct ImportDamageTests {
  static let files = ["tiny.zip.pt", "tiny.legacy.pt", "tiny.safetensors"]

  @Test("a file cut at any length is refused", arguments: files)
  func truncation(_ name: String) throws {
    let bytes = try ImportFixture.bytes(name)
    for length in bytes.indices {
      #expect(ImportFixture.cause(Array(bytes[..<length])) != nil, "\(length) bytes")
    }
  }

  @Test("a file with any byte changed is refused or read", arguments: files)
  func changedBytes(_ name: String) throws {
    let bytes = try ImportFixture.bytes(name)
    var refused = 0
    for position in bytes.indices {
      for change: UInt8 in [0x01, 0x10, 0x80, 0xFF] {
        var changed = bytes
        changed[position] ^= change
        if ImportFixture.cause(changed) != nil { refused += 1 }
      }
    }
    #expect(refused > bytes.count)
  }

  @Test("a changed byte of the pickle or a value of a zip file never passes")
  func checksums() throws {
    let bytes = try ImportFixture.bytes("tiny.zip.pt")
    let directory = try ZipDirectory(ByteSource(bytes))
    for name in ["tiny.zip/data.pkl", "tiny.zip/data/0", "tiny.zip/data/1"] {
      let entry = try #require(directory.entries[name])
      for position in try directory.range(entry) {
        var changed = bytes
        changed[position] ^= 1
        guard case .damaged(let part, _) = ImportFixture.cause(changed) else {
          Issue.record("byte \(position) of \(name) passed")
          return
        }
        #expect(part.contains(name))
      }
    }
  }
}
