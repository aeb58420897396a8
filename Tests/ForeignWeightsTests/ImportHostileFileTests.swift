import Testing

@testable import ForeignWeights

@Suite("Foreign checkpoints made to do harm", .timeLimit(.minutes(1)))
struct ImportHostileFileTests {
  @Test(
    "code in a real file is named and never called",
    arguments: [
      ("system.zip.pt", "posix.system"), ("system.legacy.pt", "posix.system"),
      ("eval.zip.pt", "__builtin__.eval"), ("eval.legacy.pt", "__builtin__.eval"),
      ("eval.protocol4.zip.pt", "builtins.eval"),
    ]
  )
  func codeInFiles(_ name: String, _ global: String) throws {
    let checkpoint = try ForeignCheckpoint(contentsOf: ImportFixture.path(name))
    #expect(checkpoint.tensors.count == 1)
    #expect(Array(checkpoint.rest.objects.values) == [global])
  }

  @Test(
    "code in a pickle is a placeholder, whichever opcode carries it",
    arguments: [
      ("cposix\nsystem\n(X\u{2}\u{0}\u{0}\u{0}idtR.", "posix.system"),
      ("(X\u{2}\u{0}\u{0}\u{0}idiposix\nsystem\n.", "posix.system"),
      ("X\u{5}\u{0}\u{0}\u{0}posixX\u{6}\u{0}\u{0}\u{0}system\u{93})R.", "posix.system"),
      ("(cos\nsystem\nX\u{2}\u{0}\u{0}\u{0}ido.", "os.system"),
      ("cos\nsystem\n)\u{81}.", "os.system"), ("cos\nsystem\n)}\u{92}.", "os.system"),
      ("\u{82}\u{1}.", "an extension of pickle, number 1"),
      // What is done to a placeholder: attributes, items, elements, further calls.
      ("ca\nB\n)R}X\u{1}\u{0}\u{0}\u{0}xNsb.", "a.B"), ("ca\nB\n)RNNs.", "a.B"),
      ("ca\nB\n)RNa.", "a.B"), ("ca\nB\n)R)R.", "a.B"),
      ("ccopy_reg\n_reconstructor\n(ca\nB\nc__builtin__\nobject\nNtR.", "a.B"),
      ("ctorch\nFloatStorage\n)R.", "a torch storage of float32"),
      (
        "ctorch._utils\n_rebuild_tensor_v2.__globals__\n)R.",
        "torch._utils._rebuild_tensor_v2.__globals__"
      ),
      // Of a storage that cannot be read there is no tensor.
      (
        "ctorch._utils\n_rebuild_tensor_v2\n((U\u{7}storagectorch\nQUInt8Storage\nU\u{1}0U\u{3}cpuK\u{1}tQ"
          + "K\u{0}))tR.", "torch.QUInt8Storage"
      ),
    ]
  )
  func codeInPickles(_ pickle: String, _ name: String) throws {
    var machine = machine(bytes(pickle))
    guard case .foreign(name) = try machine.run() else {
      Issue.record("\(pickle) is no placeholder of \(name)")
      return
    }
  }

  @Test("dictionaries that are made as objects are dictionaries")
  func dictionaries() throws {
    for pickle in [
      "(icollections\nOrderedDict\n.", "ccollections\nOrderedDict\n)\u{81}.",
      "(ccollections\nOrderedDict\no.", "ccollections\nOrderedDict\n)R}b.",
      "ccollections\ndefaultdict\nc__builtin__\nlist\n\u{85}R.",
    ] {
      var machine = machine(bytes(pickle))
      guard case .dictionary = try machine.run() else {
        Issue.record("\(pickle) is no dictionary")
        continue
      }
    }
  }

  @Test(
    "damaged pickles give errors",
    arguments: [
      "", ".", "(", "0.", "1.", "2.", "a.", "]e.", "s.", "}K\u{1}s.", "(K\u{1}u.", "t.", "\u{85}.",
      "\u{87}.", "R.", "NNR.", "b.", "Q.", "NQ.", "h\u{5}.", "q\u{5}.", "\u{94}.", "\u{93}.",
      "NN\u{93}.", "(NK\u{1}0000.", "K", "X\u{FF}\u{FF}\u{FF}\u{FF}abc", "\u{80}\u{9}.",
      "\u{8D}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}a", "\u{8B}\u{FF}\u{FF}\u{FF}\u{FF}.",
      "ccollections\nOrderedDict\n(K\u{1}tR.", "ccollections\nOrderedDict\n(](K\u{1}etR.",
      "ctorch._utils\n_rebuild_tensor_v2\n)R.", "ctorch._utils\n_rebuild_parameter\n)R.",
      "ctorch\nSize\n)R.", "ctorch\nFloatStorage", "ctorch", "G\u{0}.", "\u{FF}.", "I1\n.",
      "ccollections\nOrderedDict\n}b.", "N)R.", "N)\u{81}.", "N}b.", "(o.", "(N\u{90}.", "\u{90}.",
      "ctorch._tensor\n_rebuild_from_type_v2\n)R.", "\u{92}.", "\u{81}.", "\u{84}",
    ]
  )
  func damagedPickles(_ pickle: String) {
    #expect(run(bytes(pickle)) != nil)
  }

  @Test("pickles made to exhaust memory or time end at a limit")
  func limits() throws {
    // A million and one marks.
    #expect(isLimit(run([UInt8](repeating: 0x28, count: 1_000_001))))
    // A tuple of a tuple of ... twice each: 2^40 values when walked.
    let doubled = Array("K\u{1}".utf8) + (0..<40).flatMap { _ in [UInt8(0x32), 0x86] } + [0x2E]
    #expect(isLimit(walk(doubled)))
    // A list that holds itself.
    #expect(walk(bytes("]q\u{0}h\u{0}a.")) == nil)
    // Deeper than any state dict, and far deeper than the stack of a thread.
    let deep = [UInt8](repeating: 0x5D, count: 200_000) + [UInt8](repeating: 0x61, count: 199_999)
    #expect(walk(deep + [0x2E]) == nil)
    // A name as long as names get, again and again, and as many objects.
    let objects = bytes("](") + (0..<30_000).flatMap { _ in bytes("ca\nB\n)R") } + bytes("e.")
    #expect(walk(objects) == nil)
    // Ordered dictionaries made of one long list, again and again.
    let long = bytes("(") + (0..<10_000).flatMap { _ in bytes("NN\u{86}") } + bytes("lq\u{0}0")
    let again = (0..<600).flatMap { _ in bytes("ccollections\nOrderedDict\nh\u{0}\u{85}R0") }
    #expect(isLimit(run(long + again + bytes("N."))))
  }

  @Test(
    "tensors that leave their storage are refused",
    arguments: [
      (0, [4], [1]), (1, [3], [1]), (-1, [1], [1]), (0, [2, 2], [1]), (0, [-1], [1]),
      (0, [2], [-1]), (0, [2], [.max]), (0, [.max, .max], [0, 0]), (0, [.max], [0]),
      (.max, [2], [1]), (0, [1 << 62, 1 << 62], [1, 1]),
      (0, [Int](repeating: 1, count: 65), [Int](repeating: 1, count: 65)),
    ]
  )
  func layouts(_ offset: Int, _ shape: [Int], _ strides: [Int]) {
    #expect(throws: ImportError.self) {
      try StridedLayout(
        offset: offset,
        shape: shape,
        strides: strides,
        storageCount: 3,
        part: "test"
      )
    }
  }

  @Test(
    "safetensors headers that lie are refused",
    arguments: [
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#,
      #"{"a":{"dtype":"F32","shape":[-2,-1],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#,
      #"{"a":{"dtype":"F32","shape":[1e30],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[2]}}"#, #"{"a":3}"#, "{", "{]}", "{\"a\":[[[[",
    ]
  )
  func safetensorsHeaders(_ header: String) {
    let bytes = ImportFixture.safetensors(header: header, values: [UInt8](repeating: 0, count: 8))
    let cause = ImportFixture.cause(bytes)
    #expect(cause != nil && cause != .noTensors(.init()))
  }

  @Test("a safetensors header length beyond the file or the limit is refused before reading")
  func safetensorsLength() {
    for length: UInt64 in [.max, 1 << 62, 1 << 40, 1000] {
      let bytes = withUnsafeBytes(of: length.littleEndian) { Array($0) } + bytes("{}")
      #expect(ImportFixture.cause(bytes) != nil)
    }
  }

  // MARK: - Helpers

  /// One byte for each scalar, so that a pickle can be written as text.
  private func bytes(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }

  private func run(_ pickle: [UInt8]) -> ImportError.Cause? {
    var machine = machine(pickle)
    do {
      _ = try machine.run()
      return nil
    } catch {
      return error.cause
    }
  }

  private func walk(_ pickle: [UInt8]) -> ImportError.Cause? {
    var machine = machine(pickle)
    do {
      _ = try StateDictionary(try machine.run(), in: machine.heap)
      return nil
    } catch {
      return error.cause
    }
  }

  private func machine(_ pickle: [UInt8]) -> PickleMachine {
    PickleMachine(ByteCursor(ByteSource(pickle), 0..<pickle.count, part: "the pickle"))
  }

  private func isLimit(_ cause: ImportError.Cause?) -> Bool {
    if case .limitExceeded = cause { true } else { false }
  }
}
