/// A file of `torch.save` since torch 1.6: a zip file with `<name>/data.pkl`, the pickle, and
/// `<name>/data/<key>`, one entry for each storage.
struct TorchArchive {
  let tensors: [ForeignTensor]
  let rest: ForeignCheckpoint.Rest

  init(_ source: ByteSource) throws(ImportError) {
    let directory = try ZipDirectory(source)
    let root = try Self.root(directory)
    try Self.refuseScript(directory, root)
    var reader = EntryReader(directory: directory, root: root)
    if let order = try reader.find("byteorder") {
      let text = String(decoding: try source.read(order, part: "'byteorder'"), as: UTF8.self)
      guard text == "little" else {
        throw ImportError(
          .unsupported(part: "the byte order '\(text.prefix(20))'", reason: "little is expected")
        )
      }
    }
    guard let pickle = try reader.find("data.pkl") else {
      throw ImportError(.damaged(part: "the zip file", reason: "'\(root)data.pkl' is missing"))
    }
    var machine = PickleMachine(ByteCursor(source, pickle, part: "the pickle '\(root)data.pkl'"))
    let value = try machine.run()
    let dictionary = try StateDictionary(value, in: machine.heap)
    var tensors: [ForeignTensor] = []
    for (key, index) in dictionary.entries {
      let tensor = machine.heap.tensors[index]
      let storage = machine.heap.storages[tensor.storage]
      guard let range = try reader.find("data/\(storage.key)") else {
        throw ImportError(
          .damaged(part: "'\(key)'", reason: "its storage 'data/\(storage.key)' is missing")
        )
      }
      let (size, overflows) = storage.count.multipliedReportingOverflow(
        by: storage.elementType.size
      )
      guard !overflows, size == range.count else {
        throw ImportError(
          .damaged(
            part: "'\(key)'",
            reason:
              "its storage has \(range.count) bytes, not \(storage.count) elements of \(storage.elementType.rawValue)"
          )
        )
      }
      tensors.append(
        try ForeignTensor(key: key, tensor, storage, at: range.lowerBound, in: source)
      )
    }
    self.tensors = tensors
    rest = dictionary.rest
  }

  /// The folder of the archive: the only one with a `data.pkl`.
  private static func root(_ directory: ZipDirectory) throws(ImportError) -> String {
    let pickles = directory.entries.keys.filter {
      $0.hasSuffix("/data.pkl") && $0.count { $0 == "/" } == 1
    }
    guard let pickle = pickles.first, pickles.count == 1 else {
      throw ImportError(.otherFormat(OtherFormat(zip: directory.entries.keys.sorted())))
    }
    return String(pickle.dropLast("data.pkl".count))
  }
}

extension TorchArchive {
  /// TorchScript keeps code beside `data.pkl`, whose modules need that code.
  private static func refuseScript(
    _ directory: ZipDirectory,
    _ root: String
  ) throws(ImportError) {
    let isScript = directory.entries.keys.contains {
      $0 == root + "constants.pkl" || $0.hasPrefix(root + "code/")
    }
    guard isScript else { return }
    throw ImportError(.otherFormat(.torchScript))
  }
}

/// Finds entries of the archive. Each is verified once, and none may overlap another, so that the
/// work is bounded by the size of the file.
private struct EntryReader {
  let directory: ZipDirectory
  let root: String
  private var found: [String: Range<Int>] = [:]
  private var verified = 0

  init(directory: ZipDirectory, root: String) {
    self.directory = directory
    self.root = root
  }

  mutating func find(_ name: String) throws(ImportError) -> Range<Int>? {
    if let range = found[name] { return range }
    guard let entry = directory.entries[root + name] else { return nil }
    let range = try directory.range(entry)
    verified += range.count
    guard verified <= directory.source.count else {
      throw ImportError(.damaged(part: "the zip file", reason: "its entries overlap"))
    }
    try directory.verify(entry, at: range)
    found[name] = range
    return range
  }
}

extension ForeignTensor {
  /// A tensor of a pickle whose storage starts at the byte `position`.
  init(
    key: String,
    _ tensor: PickleTensor,
    _ storage: PickleStorage,
    at position: Int,
    in source: ByteSource
  ) throws(ImportError) {
    self.init(
      key: key,
      elementType: storage.elementType,
      layout: try StridedLayout(
        offset: tensor.offset,
        shape: tensor.shape,
        strides: tensor.strides,
        storageCount: storage.view.count,
        part: "'\(key)'"
      ),
      storagePosition: position + storage.view.lowerBound * storage.elementType.size,
      source: source
    )
  }
}
