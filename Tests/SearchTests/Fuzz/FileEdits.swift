import HDF5

/// Changes of objects, as bytes that a fuzzer can vary: for each an object, an action, a place
/// inside the object and a text with its length in front. All bytes mean something.
///
/// A seal in front of a file stops nearly every change of its bytes. What stands behind it must
/// not trust the file all the same: someone may have written one with h5py, or an older program.
struct FileEdits {
  private var script: ArraySlice<UInt8>

  init(_ script: [UInt8]) { self.script = script[...] }

  /// Every action on every object once: where a fuzzer begins.
  static func seeds(for tree: FileTree) -> [[UInt8]] {
    let objects = UInt8(clamping: tree.objects.count)
    return [[]]
      + (0..<8).map { action in
        [objects / 2, action, 128, 2, 7, 1]
      }
      + (0..<objects).map { [$0, 0, 0, 0] }
  }

  private mutating func byte() -> UInt8 { script.popFirst() ?? 0 }

  mutating func apply(to tree: inout FileTree) {
    while script.count >= 4, !tree.objects.isEmpty {
      let index = Int(byte()) % tree.objects.count
      let action = byte()
      let place = Int(byte())
      let text = (0..<byte()).map { _ in byte() }
      change(&tree, index, action, place, text)
    }
  }

  private func change(
    _ tree: inout FileTree,
    _ index: Int,
    _ action: UInt8,
    _ place: Int,
    _ text: [UInt8]
  ) {
    let path = tree.objects[index].path
    switch action % 8 {
    case 0:
      tree.objects.removeAll {
        $0.path == path || $0.parent == path || $0.parent.hasPrefix(path + "/")
      }
    case 1: tree.objects[index].name = Self.text(text)
    case 2: tree.objects[index].content = .group
    case 3:
      var copy = tree.objects[index]
      copy.name = Self.text(text)
      tree.objects.append(copy)
    default: tree.objects[index].content = change(tree.objects[index].content, action, place, text)
    }
  }

  private func change(
    _ content: FileTree.Content,
    _ action: UInt8,
    _ place: Int,
    _ text: [UInt8]
  ) -> FileTree.Content {
    switch (content, action % 8) {
    case (.group, _): return .group
    case (.attribute, 4): return .attribute(.integer(Self.integer(text)))
    case (.attribute, 5):
      return .attribute(.real(Double(bitPattern: UInt64(bitPattern: Self.integer(text)))))
    case (.attribute(.string(let old)), _):
      return .attribute(.string(Self.splice(old, at: place, text)))
    case (.attribute, _): return .attribute(.string(Self.text(text)))
    case (.dataset(let type, let shape, let values), 4):
      let (shape, values) = Self.reshape(shape, values, way: text.first ?? 0)
      return .dataset(type, shape: shape, values)
    case (.dataset(_, let shape, let values), 5):
      let types: [HDF5ElementType] = [
        .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float32, .float64,
        .string,
      ]
      return .dataset(types[place % types.count], shape: shape, values)
    case (.dataset(let type, let shape, let values), _):
      return .dataset(type, shape: shape, Self.change(values, at: place, text))
    }
  }

  private static func change(_ values: FileTree.Values, at place: Int, _ text: [UInt8])
    -> FileTree.Values
  {
    switch values {
    case .integers(var integers):
      guard !integers.isEmpty else { break }
      integers[integers.count * place / 256] = integer(text)
      return .integers(integers)
    case .reals(var reals):
      guard !reals.isEmpty else { break }
      reals[reals.count * place / 256] = Double(bitPattern: UInt64(bitPattern: integer(text)))
      return .reals(reals)
    case .texts(var texts):
      guard let last = texts.last else { break }
      texts[texts.count - 1] = splice(last, at: place, text)
      return .texts(texts)
    }
    return values
  }

  private static func reshape(_ shape: [Int], _ values: FileTree.Values, way: UInt8)
    -> ([Int], FileTree.Values)
  {
    func take(_ shape: [Int]) -> ([Int], FileTree.Values) {
      let count = shape.reduce(1, *)
      func cycle<Element>(_ all: [Element], _ none: Element) -> [Element] {
        (0..<count).map { all.isEmpty ? none : all[$0 % all.count] }
      }
      switch values {
      case .integers(let all): return (shape, .integers(cycle(all, 0)))
      case .reals(let all): return (shape, .reals(cycle(all, 0)))
      case .texts(let all): return (shape, .texts(cycle(all, "")))
      }
    }
    switch way % 7 {
    case 0: return take([shape.reduce(1, *)])
    case 1: return take([])
    case 2: return take(shape + [1])
    case 3: return take([0] + shape.dropFirst())
    case 4: return take([max(0, (shape.first ?? 1) - 1)] + shape.dropFirst())
    case 5: return take([min(64, (shape.first ?? 1) + 1)] + shape.dropFirst())
    default: return take(shape.reversed())
    }
  }

  private static func splice(_ old: String, at place: Int, _ text: [UInt8]) -> String {
    var bytes = Array(old.utf8)
    let start = bytes.count * place / 256
    bytes.replaceSubrange(start..<min(bytes.count, start + text.count), with: text)
    return Self.text(bytes)
  }

  private static func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
  }

  private static func integer(_ bytes: [UInt8]) -> Int64 {
    bytes.prefix(8).enumerated().reduce(0) {
      $0 | Int64(truncatingIfNeeded: UInt64($1.element) << UInt64(8 * $1.offset))
    }
  }
}
