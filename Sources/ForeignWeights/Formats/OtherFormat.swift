/// What a file is that is no checkpoint this room reads, and what to do with it.
package struct OtherFormat: Sendable, Hashable {
  /// As in "it is ...".
  package var what: String
  package var remedy: String

  /// Bytes from the start that tell: a tar file names itself at 257.
  static let telling = 1024

  private static let saveTensors =
    "load the model with the program that wrote the file, and save its tensors in Python: "
    + "torch.save(model.state_dict(), 'weights.pth')"

  static let torchScript = OtherFormat(
    what: "a TorchScript archive: code with its weights",
    remedy: "save the weights alone in Python: "
      + "torch.save(torch.jit.load(path, 'cpu').state_dict(), 'weights.pth')"
  )

  static let plainPickle = OtherFormat(
    what: "a plain pickle, not one of torch.save",
    remedy: "if it holds arrays or tensors by name, save those in Python: torch.save({name: "
      + "torch.as_tensor(value) for name, value in pickle.load(open(path, 'rb')).items()}, "
      + "'weights.pth'); an array alone is no set of weights"
  )

  /// A file of our own, by the name of its format.
  package static func own(_ format: String) -> OtherFormat {
    OtherFormat(
      what: "a \(format) file",
      remedy: format == "regnas.supernet"
        ? "it needs no import: give it as supernet.file or supernet.initial"
        : "give a checkpoint of weights; 'regnas inspect' shows what is in this one"
    )
  }

  init(what: String, remedy: String) {
    self.what = what
    self.remedy = remedy
  }

  /// A zip file that `torch.save` did not write, by the names of its entries.
  init(zip names: [String]) {
    let endings = ["pth", "pt", "ckpt", "bin", "safetensors", "tar", "h5"]
    if names.contains(where: { $0.hasSuffix(".npy") }) {
      self.init(
        what: "an archive of NumPy arrays (npz)",
        remedy: "save them as tensors in Python: torch.save({name: torch.from_numpy(value) for "
          + "name, value in numpy.load(path).items()}, 'weights.pth')"
      )
    } else if names.contains("model.weights.h5") {
      self.init(what: "a Keras model", remedy: Self.keras)
    } else if let inner = names.first(where: { name in
      endings.contains { name.hasSuffix("." + $0) }
    }) {
      self.init(
        what: "a zip file with '\(printable(inner))' in it",
        remedy: "unpack it (unzip) and give that file"
      )
    } else {
      let shown = names.prefix(3).map { "'\(printable($0, limit: 60))'" }.joined(separator: ", ")
      self.init(
        what: "a zip file that torch.save did not write"
          + (names.isEmpty
            ? ", without entries"
            : ", with \(names.count) \(names.count == 1 ? "entry" : "entries"): \(shown)"),
        remedy: "give the file of torch.save or safetensors itself"
      )
    }
  }

  private static let keras =
    "weights of Keras are named and laid out otherwise and cannot be read; give those that torch "
    + "wrote"

  /// By the first bytes of a file of `size` bytes; nil for those of no known format.
  init?(start: [UInt8], size: Int) {
    func begins(_ bytes: UInt8...) -> Bool { start.starts(with: bytes) }
    func begins(_ text: String, at offset: Int = 0) -> Bool {
      start.dropFirst(offset).starts(with: text.utf8)
    }
    if begins("regnas seal ") {
      self.init(
        what: "a file that regnas wrote",
        remedy: "a supernet of regnas needs no import: give it as supernet.file or "
          + "supernet.initial"
      )
    } else if begins(0x89, 0x48, 0x44, 0x46) {
      self.init(
        what: "an HDF5 file",
        remedy: "a supernet of regnas needs no import: give it as supernet.file or "
          + "supernet.initial; " + Self.keras
      )
    } else if begins(0x1F, 0x8B) {
      self.init(what: "packed with gzip", remedy: "unpack it first: gzip -dk, or tar -xzf")
    } else if begins(0xFD, 0x37, 0x7A, 0x58, 0x5A) {
      self.init(what: "packed with xz", remedy: "unpack it first: xz -dk, or tar -xJf")
    } else if begins("BZh") {
      self.init(what: "packed with bzip2", remedy: "unpack it first: bzip2 -dk, or tar -xjf")
    } else if begins(0x28, 0xB5, 0x2F, 0xFD) {
      self.init(what: "packed with zstd", remedy: "unpack it first: zstd -d")
    } else if begins(0x37, 0x7A, 0xBC, 0xAF) || begins("Rar!") {
      self.init(what: "a packed archive", remedy: "unpack it and give the file in it")
    } else if begins("ustar", at: 257) {
      self.init(what: "a tar archive", remedy: "unpack it (tar -xf) and give the file in it")
    } else if begins(0x93) && begins("NUMPY", at: 1) {
      self.init(
        what: "one NumPy array",
        remedy: "weights are many, by name; " + Self.saveTensors
      )
    } else if begins("GGUF") {
      self.init(what: "a GGUF file", remedy: Self.saveTensors)
    } else if begins("TFL3", at: 4) {
      self.init(what: "a TensorFlow Lite model", remedy: Self.saveTensors)
    } else if start.count > 2, start[0] == 0x08, (1...32).contains(start[1]),
      [0x10, 0x12, 0x1A, 0x22, 0x3A, 0x42].contains(start[2])
    {
      self.init(
        what: "an ONNX model, or another protocol buffer",
        remedy: "its graph has lost the names of the weights; give the checkpoint that it was "
          + "exported from"
      )
    } else if size > 0, start.allSatisfy({ $0 == 0 }) {
      self.init(
        what: "nothing but zeros at its beginning, as a download that never finished",
        remedy: "fetch it again"
      )
    } else {
      self.init(text: start, size: size)
    }
  }

  /// Texts that are there in place of a file.
  private init?(text start: [UInt8], size: Int) {
    let isText = start.allSatisfy { $0 >= 0x20 || [0x09, 0x0A, 0x0D].contains($0) }
    guard isText, !start.isEmpty else { return nil }
    let text = String(decoding: start, as: UTF8.self)
      .drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    if text.hasPrefix("version https://git-lfs") {
      let named = text.split(separator: "\n").first { $0.hasPrefix("size ") }
      let bytes = named.map { " (\(printable(String($0.dropFirst(5)), limit: 20)) bytes)" } ?? ""
      self.init(
        what: "a pointer of Git LFS of \(size) bytes, not the file\(bytes) it stands for",
        remedy: "fetch that in its repository: git lfs pull"
      )
    } else if text.hasPrefix("<") {
      self.init(
        what: "a web page or another markup text, not the file that its address promises",
        remedy: "open it in a browser to see what it says, and fetch the file from the link that "
          + "downloads it"
      )
    } else if text.hasPrefix("{") || text.hasPrefix("[") {
      self.init(
        what: "a JSON text without a map of weights",
        remedy: "give the file of the weights themselves"
      )
    } else {
      let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
      self.init(
        what: "a text: '\(printable(line, limit: 60))'",
        remedy: "give the file of the weights themselves"
      )
    }
  }
}
