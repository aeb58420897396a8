import Testing

@testable import ForeignWeights

/// Parts of the formats that today's torch does not write for small files.
@Suite("Foreign checkpoints of old and large kinds")
struct ImportOldAndLargeTests {
  @Test("an ordered dictionary of Python 2 is made of a list of pairs of byte strings")
  func pythonTwo() throws {
    let tensor =
      "ctorch._utils\n_rebuild_tensor\n((U\u{7}storagectorch\nFloatStorage\nU\u{1}sU\u{3}cpuK\u{6}tQ"
      + "K\u{1}K\u{2}\u{85}K\u{3}\u{85}tR"
    var machine = machine("ccollections\nOrderedDict\n](]U\u{1}wa\(tensor)ae\u{85}R.")
    let dictionary = try StateDictionary(try machine.run(), in: machine.heap)
    #expect(dictionary.entries.map(\.key) == ["w"])
    let made = machine.heap.tensors[dictionary.entries[0].tensor]
    #expect(made.offset == 1 && made.shape == [2] && made.strides == [3])
  }

  @Test("a legacy view of a storage is a part of it, and may not leave it")
  func views() throws {
    func identifier(_ offset: Int, _ count: Int) -> String {
      let numbers = [offset, count].map { "K" + String(UnicodeScalar(UInt8($0))) }.joined()
      return "(U\u{7}storagectorch\nHalfStorage\nU\u{1}sU\u{3}cpuK\u{6}(U\u{1}v\(numbers)ttQ."
    }
    var machine = machine(identifier(2, 4))
    _ = try machine.run()
    #expect(machine.heap.storages.map(\.view) == [2..<6])
    #expect(machine.heap.storages.map(\.count) == [6])
    for (offset, count) in [(3, 4), (7, 0), (0, 7)] {
      machine = self.machine(identifier(offset, count))
      #expect(throws: ImportError.self) { try machine.run() }
    }
  }

  @Test("sizes and positions beyond 32 bits are taken from the extra field of a record")
  func wideRecord() throws {
    let bytes = try ImportFixture.bytes("repacked.zip.pt")
    let name = Array("archive/data/0".utf8)
    // The last place where the name stands is in the directory.
    let nameStart = try #require(
      bytes.indices.last { bytes[$0...].starts(with: name) }
    )
    let record = nameStart - 46
    let fields = [24, 20, 42].map { Array(bytes[(record + $0)..<(record + $0 + 4)]) }
    var changed = bytes
    for offset in [24, 20, 42] {
      changed.replaceSubrange(
        (record + offset)..<(record + offset + 4),
        with: [UInt8](repeating: 0xFF, count: 4)
      )
    }
    // An extra field of another kind first, which is to be skipped.
    let extra: [UInt8] =
      [0x55, 0x54, 1, 0, 7] + [1, 0, 24, 0] + fields.flatMap { $0 + [0, 0, 0, 0] }
    changed[record + 30] = UInt8(extra.count)
    changed.insert(contentsOf: extra, at: nameStart + name.count)
    // The size of the directory, in the record at the end; the comment after it has 9 bytes.
    changed[changed.count - 9 - 10] += UInt8(extra.count)
    #expect(ImportFixture.cause(changed) == nil)
    let checkpoint = try ForeignCheckpoint(bytes: changed)
    #expect(try checkpoint.tensors[0].floats() == [1, 2])

    // Without the field, the sizes are unknown.
    changed[nameStart + name.count + 5] = 9
    #expect(ImportFixture.cause(changed) != nil)
  }

  private func machine(_ pickle: String) -> PickleMachine {
    let bytes = pickle.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    return PickleMachine(ByteCursor(ByteSource(bytes), 0..<bytes.count, part: "the pickle"))
  }
}
