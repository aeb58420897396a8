import ImageData

/// Reads the pickles of CIFAR's Python version: dictionaries of numbers, texts, lists and arrays of
/// NumPy. Nothing is executed: a pickle is a program for a small machine, of which only the steps
/// that make data are carried out, and the few names that arrays need are known here. Every other
/// name is refused. Arrays stay in the file: what is kept is where their bytes lie.
///
/// Sources: the comments of `pickletools.py` in Python's standard library, `numpy.ndarray.__reduce__`.
struct BatchPickle {
  /// Containers are places in `lists` or `dictionaries`, so that no depth of nesting matters.
  enum Value {
    case integer(Int)
    case text(String)
    /// Bytes of the file.
    case bytes(Range<Int>)
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    case global(String)
    case type(String)
    case array(Int)
    /// What no batch needs.
    case opaque
  }

  /// An array of NumPy whose elements lie in the file in row-major order.
  struct Array {
    var type = ""
    var shape: [Int] = []
    var bytes = 0..<0
  }

  private static let mostWork = 20_000_000
  private static let longestText = 4096

  private let file: RawFile
  private var position = 0
  private var window: [UInt8] = []
  private var windowStart = 0
  private var work = 0
  private var stack: [Value] = []
  private var marks: [Int] = []
  private var memo: [Int: Value] = [:]
  private var lists: [[Value]] = []
  private var dictionaries: [[String: Value]] = []
  private var arrays: [Array] = []
  private var root = Value.opaque
  /// Of Python's pickle; the oldest two do not say which they are.
  private var version = 0

  /// - Throws: `ImageDataError` when the file is damaged or is no such pickle.
  init(_ path: String) throws {
    file = try RawFile(path)
    root = try run()
    (stack, memo, window) = ([], [:], [])
  }

  // MARK: - What it holds

  private func entry(_ key: String) -> Value? {
    guard case .dictionary(let index) = root else { return nil }
    return dictionaries[index][key]
  }

  func array(_ key: String) -> Array? {
    guard case .array(let index)? = entry(key) else { return nil }
    return arrays[index]
  }

  func integers(_ key: String) -> [Int]? {
    guard case .list(let index)? = entry(key) else { return nil }
    let numbers = lists[index].compactMap {
      if case .integer(let number) = $0 { number } else { nil }
    }
    return numbers.count == lists[index].count ? numbers : nil
  }

  func texts(_ key: String) -> [String]? {
    guard case .list(let index)? = entry(key) else { return nil }
    let texts = lists[index].compactMap { if case .text(let text) = $0 { text } else { nil } }
    return texts.count == lists[index].count ? texts : nil
  }

  // MARK: - Running

  private mutating func run() throws -> Value {
    while true {
      work += 1
      guard work < Self.mostWork else { throw damaged("it takes too many steps") }
      let opcode = try byte()
      if opcode == UInt8(ascii: ".") { return try pop() }
      try execute(opcode)
    }
  }

  private mutating func execute(_ opcode: UInt8) throws {
    switch Character(Unicode.Scalar(opcode)) {
    case "\u{80}": version = try number(1)
    case "\u{95}": position += 8
    case "(": marks.append(stack.count)
    case "0": _ = try pop()
    case "1": _ = try popToMark()
    case "2":
      let top = try pop()
      stack += [top, top]
    case "N": stack.append(.opaque)
    case "\u{88}": stack.append(.integer(1))
    case "\u{89}": stack.append(.integer(0))
    case "J": stack.append(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
    case "K": stack.append(.integer(try number(1)))
    case "M": stack.append(.integer(try number(2)))
    case "\u{8a}":
      let length = try number(1)
      guard length <= 8 else { throw damaged("it holds a vast number") }
      var value = 0
      for shift in 0..<length { value |= Int(try byte()) << (8 * shift) }
      // The highest bit given is the sign.
      let unused = 64 - 8 * length
      stack.append(.integer(length == 0 ? 0 : (value << unused) >> unused))
    case "G":
      position += 8
      stack.append(.opaque)
    case "U", "\u{8c}", "C": try pushText(try number(1))
    case "T", "X", "B": try pushText(try number(4))
    case "\u{8d}", "\u{8e}", "\u{96}": try pushText(try number(8))
    case "\u{98}": break
    case "]":
      lists.append([])
      stack.append(.list(lists.count - 1))
    case "a": try append([try pop()])
    case "e": try append(try popToMark())
    case ")": try pushTuple(0)
    case "t": pushTuple(of: try popToMark())
    case "\u{85}": try pushTuple(1)
    case "\u{86}": try pushTuple(2)
    case "\u{87}": try pushTuple(3)
    case "}":
      dictionaries.append([:])
      stack.append(.dictionary(dictionaries.count - 1))
    case "s":
      let value = try pop()
      try set([try pop(), value])
    case "u": try set(try popToMark())
    case "h": stack.append(try recall(try number(1)))
    case "j": stack.append(try recall(try number(4)))
    case "q": memo[try number(1)] = try top()
    case "r": memo[try number(4)] = try top()
    case "\u{94}": memo[memo.count] = try top()
    case "c":
      let module = try line()
      stack.append(.global("\(module).\(try line())"))
    case "\u{93}":
      guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
        throw damaged("a name is not a text")
      }
      stack.append(.global("\(module).\(name)"))
    case "R":
      guard case .tuple(let arguments) = try pop(), case .global(let name) = try pop() else {
        throw damaged("it calls something without a name")
      }
      stack.append(try call(name, lists[arguments]))
    case "b": try build(try pop())
    default:
      if try isOfTheFirstProtocols { throw old() }
      throw damaged(
        "it uses the step 0x\(String(opcode, radix: 16)), which no batch of CIFAR needs"
      )
    }
  }

  /// Nothing is called: the value is made that the function would return.
  private mutating func call(_ name: String, _ arguments: [Value]) throws -> Value {
    switch name.replacing("numpy._core.", with: "numpy.core.") {
    case "numpy.core.multiarray._reconstruct":
      arrays.append(Array())
      return .array(arrays.count - 1)
    case "numpy.core.numeric._frombuffer":
      guard arguments.count == 4, case .bytes(let bytes) = arguments[0],
        case .type(let type) = arguments[1], case .text("C") = arguments[3]
      else { throw damaged("an array has no bytes in row-major order") }
      arrays.append(Array(type: type, shape: try shape(arguments[2]), bytes: bytes))
      return .array(arrays.count - 1)
    case "numpy.dtype":
      guard case .text(let type)? = arguments.first else { throw damaged("a type has no name") }
      return .type(type)
    case "_codecs.encode", "numpy.core.multiarray.scalar": return .opaque
    default:
      throw ImageDataError(
        .badData,
        file.path,
        "the pickle names '\(name)', which only executing it would bring back: never done here",
        remedy: "Fetch the data set from its page again, or take its binary version."
      )
    }
  }

  /// The state of the object on top: (version, shape, type, is Fortran, bytes) of an array.
  private mutating func build(_ state: Value) throws {
    switch try top() {
    case .type: return
    case .array(let index):
      let fields = if case .tuple(let place) = state { lists[place] } else { [] as [Value] }
      guard fields.count == 5, case .type(let type) = fields[2], case .integer(0) = fields[3],
        case .bytes(let bytes) = fields[4]
      else {
        // Python 3 spells bytes as text there.
        if version < 3, fields.count == 5, case .opaque = fields[4] { throw old() }
        throw damaged("an array has no bytes in row-major order")
      }
      arrays[index] = Array(type: type, shape: try shape(fields[1]), bytes: bytes)
    default: throw damaged("it gives a state to something that has none")
    }
  }

  private func shape(_ value: Value) throws -> [Int] {
    guard case .tuple(let lengths) = value else { throw damaged("an array has no shape") }
    return try lists[lengths].map {
      guard case .integer(let length) = $0, length >= 0, length < 1 << 32 else {
        throw damaged("an array has no shape")
      }
      return length
    }
  }

  // MARK: - Stack

  private func damaged(_ cause: String) -> ImageDataError {
    ImageDataError(
      .badData,
      file.path,
      "the pickle cannot be read: \(cause) (before byte \(position))",
      remedy: "It is damaged or no batch of CIFAR: fetch it again."
    )
  }

  /// Sound, but written in the steps of Python's first pickles: texts, a line each.
  private var isOfTheFirstProtocols: Bool {
    get throws {
      guard version == 0, let first = try file.read(0..<min(1, file.count)).first else {
        return false
      }
      return first == UInt8(ascii: "(") || first == UInt8(ascii: "}")
    }
  }

  private func old() -> ImageDataError {
    ImageDataError(
      .badData,
      file.path,
      "this is a pickle of protocol \(version == 2 ? "2 of Python 3" : "0 or 1"), which is not read "
        + "(protocols 3 to 5, and what Python 2 wrote, are)",
      remedy:
        "If you trust it, let Python write it anew, and all batches that are named behind it: "
        + "python3 -c \"import pickle as p, sys; [p.dump(d, open(f, 'wb'), 4) for f in sys.argv[1:] "
        + "for d in [p.load(open(f, 'rb'), encoding='latin1')]]\" '\(file.path)'"
    )
  }

  private func top() throws -> Value {
    guard let value = stack.last else { throw damaged("it takes from an empty stack") }
    return value
  }

  private mutating func pop() throws -> Value {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
      throw damaged("it takes from an empty stack")
    }
    return value
  }

  private mutating func popToMark() throws -> [Value] {
    guard let mark = marks.popLast(), mark <= stack.count else {
      throw damaged("it returns to a mark that was not set")
    }
    defer { stack.removeSubrange(mark...) }
    return Swift.Array(stack[mark...])
  }

  private mutating func pushTuple(_ count: Int) throws {
    var values: [Value] = []
    for _ in 0..<count { values.append(try pop()) }
    pushTuple(of: values.reversed())
  }

  private mutating func pushTuple(of values: [Value]) {
    lists.append(values)
    stack.append(.tuple(lists.count - 1))
  }

  private mutating func append(_ values: [Value]) throws {
    guard case .list(let index) = try top() else { throw damaged("it appends to no list") }
    lists[index] += values
  }

  private mutating func set(_ items: [Value]) throws {
    guard case .dictionary(let index) = try top(), items.count.isMultiple(of: 2) else {
      throw damaged("it sets items of no dictionary")
    }
    for place in stride(from: 0, to: items.count, by: 2) {
      if case .text(let key) = items[place] { dictionaries[index][key] = items[place + 1] }
    }
  }

  private func recall(_ index: Int) throws -> Value {
    guard let value = memo[index] else { throw damaged("it recalls what was never stored") }
    return value
  }

  // MARK: - Bytes

  private mutating func byte() throws -> UInt8 {
    if position < windowStart || position >= windowStart + window.count {
      guard position < file.count else { throw damaged("it ends too early") }
      windowStart = position
      window = try file.read(position..<min(file.count, position + 1 << 16))
    }
    defer { position += 1 }
    return window[position - windowStart]
  }

  /// Little-endian, without sign.
  private mutating func number(_ count: Int) throws -> Int {
    var value = 0
    for shift in 0..<count { value |= Int(try byte()) << (8 * shift) }
    guard value >= 0 else { throw damaged("it holds a vast length") }
    return value
  }

  /// Short texts and bytes are texts alike: Python 2 makes no difference. Long ones stay in the file.
  private mutating func pushText(_ count: Int) throws {
    guard count <= file.count - position else { throw damaged("it ends too early") }
    if count > Self.longestText {
      stack.append(.bytes(position..<(position + count)))
      position += count
    } else {
      var bytes: [UInt8] = []
      for _ in 0..<count { bytes.append(try byte()) }
      stack.append(.text(String(decoding: bytes, as: UTF8.self)))
    }
  }

  private mutating func line() throws -> String {
    var bytes: [UInt8] = []
    while bytes.count < Self.longestText {
      let next = try byte()
      if next == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(next)
    }
    throw damaged("it holds a vast name")
  }
}
