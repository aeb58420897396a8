import HDF5
import ImageData

/// The header of an array of NumPy. Source: NEP 1, "A simple file format for NumPy arrays".
struct NPYHeader: Equatable {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// What the elements are and how they are coded.
  enum Element: Equatable {
    case number(HDF5ElementType)
    case bool
    /// IEEE half precision.
    case half
    /// Bytes, ended by NULs.
    case bytes(Int)
    /// 32-bit code points, ended by NULs.
    case unicode(Int)
  }

  var element: Element
  var isBigEndian: Bool
  var isFortran: Bool
  /// As its owner sees it.
  var shape: [Int]

  var elementSize: Int {
    switch element {
    case .number(let type): type.size
    case .bool: 1
    case .half: 2
    case .bytes(let count): count
    case .unicode(let count): 4 * count
    }
  }

  /// - Parameters:
  ///   - read: gives exactly so many bytes more.
  ///   - place: for messages.
  /// - Throws: `ImageDataError` when the header is damaged or the elements cannot be read.
  init(place: String, read: (Int) throws -> [UInt8]) throws {
    func damaged(_ cause: String) -> ImageDataError {
      ImageDataError(.badData, place, cause, remedy: "It is damaged: save or fetch it again.")
    }
    let start = try read(8)
    guard Array(start.prefix(6)) == Self.magic, (1...3).contains(start[6]) else {
      throw damaged("this is no array of NumPy")
    }
    let length = try read(start[6] == 1 ? 2 : 4).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= 1 << 20 else { throw damaged("its header claims \(length) bytes") }
    let text = String(decoding: try read(length), as: UTF8.self)
    var scanner = PythonLiteral(text)
    guard case .dictionary(let fields)? = scanner.value(), case .text(let code)? = fields["descr"],
      case .bool(let isFortran)? = fields["fortran_order"],
      case .list(let lengths)? = fields["shape"]
    else {
      if case .dictionary(let fields)? = PythonLiteral.parse(text), case .list? = fields["descr"] {
        throw ImageDataError(
          .badData,
          place,
          "its elements are records of several fields",
          remedy: "Save the fields as arrays of their own."
        )
      }
      throw damaged("its header cannot be read")
    }
    let numbers = lengths.compactMap { if case .number(let number) = $0 { number } else { nil } }
    guard numbers.count == lengths.count, numbers.allSatisfy({ $0 >= 0 }), numbers.count <= 32
    else {
      throw damaged("its shape cannot be read")
    }
    // The largest elements are texts of 4096 code points.
    var product = 1 << 14
    for number in numbers {
      let (next, overflow) = product.multipliedReportingOverflow(by: max(1, number))
      guard !overflow else { throw damaged("shape \(numbers) is impossible") }
      product = next
    }
    shape = numbers
    self.isFortran = isFortran && numbers.count > 1
    (element, isBigEndian) = try Self.element(code, place)
  }

  /// "<f4", "|u1", ">i8", "<U12", "|S3", "|b1", "|O".
  private static func element(_ code: String, _ place: String) throws -> (Element, Bool) {
    let order = code.first ?? " "
    let rest = "<>|=".contains(order) ? code.dropFirst() : code[...]
    let count = Int(rest.dropFirst())
    let isBig = order == ">"
    switch (rest.first, count) {
    case ("b", 1), ("?", _): return (.bool, false)
    case ("i", 1): return (.number(.int8), isBig)
    case ("i", 2): return (.number(.int16), isBig)
    case ("i", 4): return (.number(.int32), isBig)
    case ("i", 8): return (.number(.int64), isBig)
    case ("u", 1): return (.number(.uint8), isBig)
    case ("u", 2): return (.number(.uint16), isBig)
    case ("u", 4): return (.number(.uint32), isBig)
    case ("u", 8): return (.number(.uint64), isBig)
    case ("f", 2): return (.half, isBig)
    case ("f", 4): return (.number(.float32), isBig)
    case ("f", 8): return (.number(.float64), isBig)
    case ("S", let count?) where (1...4096).contains(count): return (.bytes(count), isBig)
    case ("U", let count?) where (1...4096).contains(count): return (.unicode(count), isBig)
    case ("O", _):
      throw ImageDataError(
        .badData,
        place,
        "it holds Python objects, which only executing its pickle would bring back: never done here",
        remedy: "Save it with a type: x.astype('uint8') for images, y.astype(str) for texts."
      )
    default:
      throw ImageDataError(
        .badData,
        place,
        "its elements are of the type '\(code)', which is not read",
        remedy: "Save it as uint8, or labels as int64."
      )
    }
  }
}

/// The literals of Python that a header consists of: a dictionary of texts, truth values, numbers
/// and tuples or lists of them.
struct PythonLiteral {
  indirect enum Value: Equatable {
    case text(String)
    case bool(Bool)
    case number(Int)
    case list([Value])
    case dictionary([String: Value])
  }

  private var rest: Substring
  private var depth = 0

  init(_ text: String) { rest = text[...] }

  static func parse(_ text: String) -> Value? {
    var scanner = Self(text)
    return scanner.value()
  }

  mutating func value() -> Value? {
    depth += 1
    defer { depth -= 1 }
    skipBlanks()
    guard depth < 16, let first = rest.first else { return nil }
    switch first {
    case "{":
      rest.removeFirst()
      var fields: [String: Value] = [:]
      while !take("}") {
        guard case .text(let key)? = value(), take(":"), let field = value() else { return nil }
        fields[key] = field
        if !take(",") { return take("}") ? .dictionary(fields) : nil }
      }
      return .dictionary(fields)
    case "(", "[":
      rest.removeFirst()
      let end: Character = first == "(" ? ")" : "]"
      var values: [Value] = []
      while !take(end) {
        guard let next = value() else { return nil }
        values.append(next)
        if !take(",") { return take(end) ? .list(values) : nil }
      }
      return .list(values)
    case "'", "\"":
      rest.removeFirst()
      guard let end = rest.firstIndex(of: first) else { return nil }
      defer { rest = rest[rest.index(after: end)...] }
      return .text(String(rest[..<end]))
    default:
      let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "-" }
      rest = rest.dropFirst(word.count)
      switch word {
      case "True": return .bool(true)
      case "False": return .bool(false)
      // Python 2 wrote long numbers with an L.
      default: return Int(word.hasSuffix("L") ? word.dropLast() : word).map(Value.number)
      }
    }
  }

  private mutating func skipBlanks() { rest = rest.drop { $0.isWhitespace } }

  private mutating func take(_ character: Character) -> Bool {
    skipBlanks()
    guard rest.first == character else { return false }
    rest.removeFirst()
    return true
  }
}
