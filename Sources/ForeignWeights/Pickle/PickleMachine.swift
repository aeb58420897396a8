/// A pickle machine that executes nothing. A name is looked up nowhere: for the few of ``PickleGlobal``
/// that make tensors a call gives the value that the name stands for, for every other a placeholder,
/// and what is done to a placeholder has no effect.
///
/// Time and memory stay within limits whatever the pickle holds: each opcode costs one unit of
/// `budget`, each element copied another, and no opcode reserves more than it reads.
struct PickleMachine {
  /// About a hundred thousand tensors; the largest published supernet has 475.
  static let maximumWork = 5_000_000
  static let maximumStack = 1_000_000
  static let maximumString = 1 << 20

  private(set) var cursor: ByteCursor
  var heap = PickleHeap()
  private var stack: [PickleValue] = []
  /// Heights of the stack at each open mark.
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var budget = Self.maximumWork

  init(_ cursor: ByteCursor) { self.cursor = cursor }

  /// Runs one pickle, and leaves the cursor behind it. Handles stay valid over several runs.
  mutating func run() throws(ImportError) -> PickleValue {
    stack = []
    marks = []
    memo = [:]
    while true {
      let start = cursor.position
      let byte = try cursor.byte()
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw ImportError(
          .unsupported(
            part: cursor.part,
            reason:
              "it uses the opcode 0x\(String(byte, radix: 16)) at byte \(start), which torch.save does not write"
          )
        )
      }
      if opcode == .stop { return try pop() }
      try spend(1)
      try execute(opcode)
    }
  }

  private mutating func execute(_ opcode: PickleOpcode) throws(ImportError) {
    switch opcode {
    case .protocolVersion:
      let version = try cursor.byte()
      guard (2...5).contains(version) else { throw damaged("it is of protocol \(version)") }
    case .frame: _ = try cursor.size(UInt64.self)
    case .stop: break
    case .mark:
      try limitStack()
      marks.append(stack.count)
    case .pop:
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .duplicate:
      let top = try pop()
      try push(top)
      try push(top)

    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .int32: try push(.integer(Int64(try cursor.integer(Int32.self))))
    case .uint8: try push(.integer(Int64(try cursor.byte())))
    case .uint16: try push(.integer(Int64(try cursor.integer(UInt16.self))))
    case .long1: try push(Self.long(try cursor.bytes(Int(try cursor.byte()))))
    case .long4: try push(Self.long(try cursor.bytes(try stringSize(UInt32.self))))
    case .float64:
      try cursor.skip(8)
      try push(.opaque)
    case .string1, .unicode1: try push(.string(try string(UInt8.self)))
    case .string4, .unicode4: try push(.string(try string(UInt32.self)))
    case .unicode8: try push(.string(try string(UInt64.self)))
    case .bytes1: try skipBytes(UInt8.self)
    case .bytes4: try skipBytes(UInt32.self)
    case .bytes8, .byteArray8: try skipBytes(UInt64.self)
    case .emptySet: try push(.opaque)
    case .addItems:
      _ = try popToMark()
      guard case .opaque? = stack.last else { throw damaged("it adds to no set") }
    case .frozenSet:
      _ = try popToMark()
      try push(.opaque)

    case .emptyList: try push(heap.list([]))
    case .list: try push(heap.list(try popToMark()))
    case .emptyTuple: try push(heap.tuple([]))
    case .tuple: try push(heap.tuple(try popToMark()))
    case .tuple1: try push(heap.tuple(try pop(1)))
    case .tuple2: try push(heap.tuple(try pop(2)))
    case .tuple3: try push(heap.tuple(try pop(3)))
    case .append: try append(try pop(1))
    case .appends: try append(try popToMark())
    case .emptyDictionary: try push(heap.dictionary())
    case .dictionary:
      let items = try popToMark()
      try push(heap.dictionary())
      try setItems(items)
    case .setItem: try setItems(try pop(2))
    case .setItems: try setItems(try popToMark())

    case .get1: try push(try memory(Int(try cursor.byte())))
    case .get4: try push(try memory(try cursor.size(UInt32.self)))
    case .put1: try memorize(Int(try cursor.byte()))
    case .put4: try memorize(try cursor.size(UInt32.self))
    case .memoize: try memorize(memo.count)

    case .global: try push(try globalFromLines())
    case .stackGlobal:
      guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
        throw damaged("a name is not a string")
      }
      try push(.global(PickleGlobal(module: module, name: name)))
    case .persistentIdentifier: try push(try storage(try pop()))
    case .reduce:
      let arguments = try pop()
      try push(try call(try pop(), arguments))
    case .build:
      let state = try pop()
      guard let target = stack.last else { throw damaged("it builds on an empty stack") }
      try build(target, state)

    // Objects of classes. Their arguments are dropped.
    case .newObject:
      _ = try pop()
      try push(try object(of: try pop()))
    case .newObjectWithKeywords:
      _ = try pop(2)
      try push(try object(of: try pop()))
    case .instance:
      let type = try globalFromLines()
      _ = try popToMark()
      try push(try object(of: type))
    case .object:
      guard let type = try popToMark().first else { throw damaged("an object has no class") }
      try push(try object(of: type))
    case .extension1:
      try push(.foreign("an extension of pickle, number \(try cursor.byte())"))
    case .extension2:
      try push(.foreign("an extension of pickle, number \(try cursor.integer(UInt16.self))"))
    case .extension4:
      try push(.foreign("an extension of pickle, number \(try cursor.integer(UInt32.self))"))
    }
  }
}

// MARK: - Stack and memo

extension PickleMachine {
  func damaged(_ reason: String) -> ImportError {
    ImportError(.damaged(part: cursor.part, reason: "\(reason), before byte \(cursor.position)"))
  }

  mutating func spend(_ work: Int) throws(ImportError) {
    budget -= work
    guard budget >= 0 else {
      throw ImportError(.limitExceeded(part: "the work of \(cursor.part)", limit: Self.maximumWork))
    }
  }

  private func limitStack() throws(ImportError) {
    guard stack.count + marks.count < Self.maximumStack else {
      throw ImportError(
        .limitExceeded(part: "the stack of \(cursor.part)", limit: Self.maximumStack)
      )
    }
  }

  private mutating func push(_ value: PickleValue) throws(ImportError) {
    try limitStack()
    stack.append(value)
  }

  private mutating func pop() throws(ImportError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
      throw damaged("it takes a value from an empty stack")
    }
    return value
  }

  private mutating func pop(_ count: Int) throws(ImportError) -> [PickleValue] {
    var values: [PickleValue] = []
    for _ in 0..<count { values.append(try pop()) }
    return values.reversed()
  }

  private mutating func popToMark() throws(ImportError) -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else {
      throw damaged("it returns to a mark that was not set")
    }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  private func memory(_ index: Int) throws(ImportError) -> PickleValue {
    guard let value = memo[index] else { throw damaged("it recalls \(index), never stored") }
    return value
  }

  private mutating func memorize(_ index: Int) throws(ImportError) {
    guard let value = stack.last else { throw damaged("it stores from an empty stack") }
    memo[index] = value
  }

  private mutating func append(_ values: [PickleValue]) throws(ImportError) {
    switch stack.last {
    case .list(let index)?: heap.sequences[index] += values
    case .foreign?: break
    default: throw damaged("it appends to no list")
    }
  }

  private mutating func setItems(_ items: [PickleValue]) throws(ImportError) {
    if case .foreign? = stack.last { return }
    guard case .dictionary(let index)? = stack.last, items.count.isMultiple(of: 2) else {
      throw damaged("it sets items of no dictionary, or a key without a value")
    }
    for position in stride(from: 0, to: items.count, by: 2) {
      heap.dictionaries[index].append((items[position], items[position + 1]))
    }
  }
}

// MARK: - Reading operands

extension PickleMachine {
  private mutating func stringSize<T: FixedWidthInteger & UnsignedInteger>(
    _ type: T.Type
  ) throws(ImportError) -> Int {
    let size = try cursor.size(type)
    // A size beyond the end is a sign of damage, whatever the limit.
    guard size <= Self.maximumString || size > cursor.remaining else {
      throw ImportError(
        .limitExceeded(part: "a string of \(cursor.part)", limit: Self.maximumString)
      )
    }
    return size
  }

  private mutating func string<T: FixedWidthInteger & UnsignedInteger>(
    _ type: T.Type
  ) throws(ImportError) -> String {
    String(decoding: try cursor.bytes(try stringSize(type)), as: UTF8.self)
  }

  private mutating func skipBytes<T: FixedWidthInteger & UnsignedInteger>(
    _ type: T.Type
  ) throws(ImportError) {
    try cursor.skip(try cursor.size(type))
    try push(.opaque)
  }

  private mutating func globalFromLines() throws(ImportError) -> PickleValue {
    let module = try cursor.line(limit: 1000)
    let name = try cursor.line(limit: 1000)
    return .global(PickleGlobal(module: module, name: name))
  }

  private static func long(_ bytes: [UInt8]) -> PickleValue {
    guard bytes.count <= 8 else { return .longInteger(bytes) }
    var value: UInt64 = (bytes.last ?? 0) & 0x80 == 0 ? 0 : .max
    for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
    return .integer(Int64(bitPattern: value))
  }
}
