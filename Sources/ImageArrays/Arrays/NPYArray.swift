import HDF5

/// Bytes that are read from a start on, and from the start again when they are needed again.
protocol ByteStream: AnyObject {
  /// Moves to a position behind the header; forward is cheap.
  func seek(_ position: Int) throws
  func read(_ count: Int) throws -> [UInt8]
  /// After the last byte: checks that it is the last, and what else can be checked.
  func finish() throws
}

/// An array of NumPy.
final class NPYArray: ForeignArray {
  let path: String
  let name: String
  let shape: [Int]
  let isReversed: Bool
  let elementType: HDF5ElementType
  let isBoolean: Bool
  private let header: NPYHeader
  private let stream: any ByteStream
  /// All of it, once it was needed in another order than it lies in the file.
  private var whole: [UInt8]?

  init(_ header: NPYHeader, _ stream: any ByteStream, path: String, name: String) {
    self.header = header
    self.stream = stream
    self.path = path
    self.name = name
    isReversed = header.isFortran
    shape = header.isFortran ? header.shape.reversed() : header.shape
    isBoolean = header.element == .bool
    elementType =
      switch header.element {
      case .number(let type): type
      case .bool: .uint8
      case .half: .float32
      case .bytes, .unicode: .string
      }
  }

  func blockLength(along axis: Int, near bytes: Int, elementSize: Int) -> Int {
    guard shape.indices.contains(axis), shape[axis] > 0 else { return 1 }
    return max(1, bytes / max(1, count / shape[axis] * max(1, elementSize)))
  }

  func bytes(_ range: Range<Int>, axis: Int) throws -> [UInt8] {
    guard header.elementSize == 1 else { throw refuse("its elements are no bytes") }
    return try raw(range, axis)
  }

  func numbers(_ range: Range<Int>, axis: Int) throws -> [Double] {
    let bytes = try raw(range, axis)
    return switch header.element {
    case .bool: bytes.map { $0 == 0 ? 0 : 1 }
    case .half: words(bytes, UInt16.self).map(Self.half)
    case .number(.uint8): bytes.map(Double.init)
    case .number(.int8): bytes.map { Double(Int8(bitPattern: $0)) }
    case .number(.int16): words(bytes, Int16.self).map(Double.init)
    case .number(.uint16): words(bytes, UInt16.self).map(Double.init)
    case .number(.int32): words(bytes, Int32.self).map(Double.init)
    case .number(.uint32): words(bytes, UInt32.self).map(Double.init)
    case .number(.int64): words(bytes, Int64.self).map(Double.init)
    // Not `Double.init`: of this type that is the initialiser from a pattern of bits.
    case .number(.uint64): words(bytes, UInt64.self).map { Double($0) }
    case .number(.float32): words(bytes, UInt32.self).map { Double(Float(bitPattern: $0)) }
    case .number(.float64): words(bytes, UInt64.self).map { Double(bitPattern: $0) }
    case .number, .bytes, .unicode: throw refuse("its elements are no numbers")
    }
  }

  func texts() throws -> [String] {
    let size = header.elementSize
    guard size > 0 else { return [String](repeating: "", count: count) }
    try stream.seek(0)
    let bytes = try stream.read(count * size)
    try stream.finish()
    return try stride(from: 0, to: bytes.count, by: size).map { start in
      let part = Array(bytes[start..<(start + size)])
      switch header.element {
      case .bytes:
        return String(decoding: part.prefix { $0 != 0 }, as: UTF8.self)
      case .unicode:
        var text = String.UnicodeScalarView()
        for code in words(part, UInt32.self) where code != 0 {
          text.append(Unicode.Scalar(code) ?? "\u{FFFD}")
        }
        return String(text)
      default: throw refuse("its elements are no texts")
      }
    }
  }

  /// Elements as they are coded in the file.
  private func raw(_ range: Range<Int>, _ axis: Int) throws -> [UInt8] {
    guard shape.indices.contains(axis) else { throw refuse("it has no dimension \(axis)") }
    let size = header.elementSize
    let inner = shape[(axis + 1)...].reduce(size, *)
    let outer = shape[..<axis].reduce(1, *)
    if outer == 1 {
      try stream.seek(range.lowerBound * inner)
      let bytes = try stream.read(range.count * inner)
      if range.upperBound == shape[axis] { try stream.finish() }
      return bytes
    }
    let all =
      try whole
      ?? {
        try stream.seek(0)
        let bytes = try stream.read(count * size)
        try stream.finish()
        return bytes
      }()
    whole = all
    var part: [UInt8] = []
    part.reserveCapacity(outer * range.count * inner)
    for block in 0..<outer {
      let start = block * shape[axis] * inner
      part += all[(start + range.lowerBound * inner)..<(start + range.upperBound * inner)]
    }
    return part
  }

  private func words<Word: FixedWidthInteger>(_ bytes: [UInt8], _ type: Word.Type) -> [Word] {
    let size = MemoryLayout<Word>.size
    return bytes.withUnsafeBytes { memory in
      (0..<(bytes.count / size)).map { index in
        let word = memory.loadUnaligned(fromByteOffset: index * size, as: Word.self)
        return header.isBigEndian ? Word(bigEndian: word) : Word(littleEndian: word)
      }
    }
  }

  /// IEEE 754 half precision; the type `Float16` does not exist on every machine.
  private static func half(_ bits: UInt16) -> Double {
    let sign = bits & 0x8000 == 0 ? 1.0 : -1.0
    let exponent = Int(bits >> 10 & 31)
    let fraction = Double(bits & 1023)
    switch exponent {
    case 0: return sign * fraction / Double(1 << 24)
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      let scale = exponent >= 25 ? Double(1 << (exponent - 25)) : 1 / Double(1 << (25 - exponent))
      return sign * (1024 + fraction) * scale
    }
  }
}
