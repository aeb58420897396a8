/// The whole numbers of a file that `numpy.save` wrote: a header of text that says type and shape,
/// then the entries (NEP 1, "A Simple File Format for NumPy Arrays").
struct NumPyArray {
  /// What is in the file is not a list of whole numbers.
  struct Unsupported: Error, CustomStringConvertible {
    let description: String
  }

  /// Nil where an entry is no whole number.
  let values: [Int?]

  private static let signature: [UInt8] = [0x93] + "NUMPY".utf8

  static func isOne(_ bytes: [UInt8]) -> Bool { bytes.starts(with: signature) }

  init(_ bytes: [UInt8]) throws(Unsupported) {
    let cut = Unsupported(description: "the array is cut short; save it again")
    guard bytes.count > 12 else { throw cut }
    let isFirst = bytes[6] == 1
    let start = isFirst ? 10 : 12
    let length =
      isFirst
      ? Int(bytes[8]) | Int(bytes[9]) << 8
      : (0..<4).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    guard length <= bytes.count - start else { throw cut }
    let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
    let shape = try Self.shape(header)
    guard let count = Self.length(shape) else {
      throw Unsupported(
        description:
          "the array has the shape \(shape), and one entry per image is expected; save the "
          + "class of each image (argmax over scores)"
      )
    }
    guard let type = Self.field("descr", header)?.filter({ !"' ".contains($0) }),
      let kind = type.dropFirst().first, let size = Int(type.dropFirst(2)),
      [1, 2, 4, 8].contains(size),
      kind != "f" || size > 2, "iufb".contains(kind)
    else {
      throw Unsupported(
        description: "the entries of the array are no numbers; save it as an array of integers"
      )
    }
    let body = bytes[(start + length)...]
    guard count <= body.count / size else { throw cut }
    values = (0..<count).map { entry in
      let first = body.startIndex + entry * size
      let pattern = (0..<size).reduce(UInt64(0)) { sum, byte in
        sum << 8 | UInt64(body[first + (type.hasPrefix(">") ? byte : size - 1 - byte)])
      }
      return Self.whole(pattern, kind, size)
    }
  }

  /// The number of entries of a list, or of a column; nil for other shapes.
  private static func length(_ shape: [Int]) -> Int? {
    guard let first = shape.first, shape.dropFirst().allSatisfy({ $0 == 1 }) else { return nil }
    return first
  }

  private static func shape(_ header: String) throws(Unsupported) -> [Int] {
    guard let open = header.firstIndex(of: "("), let close = header.firstIndex(of: ")"),
      open < close
    else { throw Unsupported(description: "the header of the array has no shape; save it again") }
    let items = header[header.index(after: open)..<close].split(separator: ",")
    var shape: [Int] = []
    for item in items {
      let digits = item.filter { $0 != " " }
      if digits.isEmpty { continue }
      guard let size = Int(digits), size >= 0 else {
        throw Unsupported(description: "the header of the array has no shape; save it again")
      }
      shape.append(size)
    }
    return shape
  }

  private static func field(_ name: String, _ header: String) -> Substring? {
    guard let place = header.firstRange(of: "'\(name)':") else { return nil }
    return header[place.upperBound...].prefix { $0 != "," && $0 != "}" }
  }

  private static func whole(_ pattern: UInt64, _ kind: Character, _ size: Int) -> Int? {
    switch kind {
    case "i":
      let unused = 64 - 8 * size
      return Int(Int64(bitPattern: pattern << unused) >> Int64(unused))
    case "f":
      return size == 4
        ? Int(exactly: Float(bitPattern: UInt32(truncatingIfNeeded: pattern)))
        : Int(exactly: Double(bitPattern: pattern))
    default: return Int(exactly: pattern)
    }
  }
}
