/// A file of `torch.save` before torch 1.6: pickles of a magic number, the protocol, the system, the
/// object and the keys of the storages, in sequence; then each storage, as a 64-bit count and the
/// elements.
struct TorchLegacyFile {
  /// 0x1950A86A20F9469CFC6C.
  private static let magic: [UInt8] = [
    0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]

  let tensors: [ForeignTensor]
  let rest: ForeignCheckpoint.Rest

  init(_ source: ByteSource) throws(ImportError) {
    var machine = PickleMachine(ByteCursor(source, 0..<source.count, part: "the pickle"))
    guard case .longInteger(Self.magic) = try machine.run() else {
      throw ImportError(.otherFormat(.plainPickle))
    }
    guard case .integer(1001) = try machine.run() else {
      throw ImportError(
        .unsupported(part: "the file", reason: "the protocol of torch.save is not 1001")
      )
    }
    try Self.checkSystem(try machine.run(), machine.heap)
    let object = try machine.run()
    let dictionary = try StateDictionary(object, in: machine.heap)
    let keys = try machine.run()
    if let name = machine.heap.unreadableStorage {
      // How many bytes its elements have is unknown, and so where the storages after it begin.
      throw ImportError(
        .unsupported(part: name, reason: "its elements are no real numbers that can be read")
      )
    }
    let positions = try Self.positions(keys, machine, source)

    var tensors: [ForeignTensor] = []
    for (key, index) in dictionary.entries {
      let tensor = machine.heap.tensors[index]
      let storage = machine.heap.storages[tensor.storage]
      guard let position = positions[storage.key] else {
        throw ImportError(
          .damaged(part: "'\(key)'", reason: "its storage '\(storage.key)' is missing")
        )
      }
      tensors.append(try ForeignTensor(key: key, tensor, storage, at: position, in: source))
    }
    self.tensors = tensors
    rest = dictionary.rest
  }

  private static func checkSystem(_ system: PickleValue, _ heap: PickleHeap) throws(ImportError) {
    guard case .dictionary(let index) = system else {
      throw ImportError(.damaged(part: "the pickle", reason: "it does not describe its system"))
    }
    for (key, value) in heap.dictionaries[index] {
      if case .string("little_endian") = key, case .bool(false) = value {
        throw ImportError(
          .unsupported(part: "the byte order 'big'", reason: "little is expected")
        )
      }
    }
  }

  /// Where the elements of each storage start.
  private static func positions(
    _ keys: PickleValue,
    _ machine: PickleMachine,
    _ source: ByteSource
  ) throws(ImportError) -> [String: Int] {
    var storages: [String: PickleStorage] = [:]
    for storage in machine.heap.storages {
      let known = storages.updateValue(storage, forKey: storage.key) ?? storage
      guard known.count == storage.count, known.elementType == storage.elementType else {
        throw ImportError(
          .damaged(part: "the storage '\(storage.key)'", reason: "two tensors give it two sizes")
        )
      }
    }
    guard let keys = machine.sequence(keys) else {
      throw ImportError(.damaged(part: "the list of storages", reason: "it is no list"))
    }
    var cursor = ByteCursor(
      source,
      machine.cursor.position..<source.count,
      part: "the storages"
    )
    var positions: [String: Int] = [:]
    for key in keys {
      guard case .string(let key) = key, let storage = storages[key], positions[key] == nil else {
        throw ImportError(
          .damaged(part: "the list of storages", reason: "a key is unknown or listed twice")
        )
      }
      guard try cursor.size(UInt64.self) == storage.count else {
        throw ImportError(
          .damaged(
            part: "the storage '\(key)'",
            reason: "it does not have \(storage.count) elements"
          )
        )
      }
      let (size, overflows) = storage.count.multipliedReportingOverflow(
        by: storage.elementType.size
      )
      positions[key] = cursor.position
      try cursor.skip(overflows ? .max : size)
    }
    return positions
  }
}
