import HDF5
import ImageData

/// Images and labels that lie as arrays in HDF5 or NumPy files, told by their content: pixels of any
/// numeric type whose values are those of pixels, in any layout; labels as numbers, texts or one-hot.
package final class ArraySource: ImageSource {
  /// Where the images of one part and their labels lie.
  package struct Part: Hashable, Sendable {
    package var file: String
    package var images: String?
    /// `nil`: the file of the images.
    package var labelsFile: String?
    package var labels: String?

    /// - Parameters:
    ///   - images: name of the array; `nil` where the file holds only one.
    package init(
      file: String,
      images: String? = nil,
      labelsFile: String? = nil,
      labels: String? = nil
    ) {
      (self.file, self.images, self.labelsFile, self.labels) = (file, images, labelsFile, labels)
    }
  }

  package let importer: String
  package let options: String
  package let path: String
  package let shape: ImageShape
  package let count: Int
  package let searchCount: Int
  package let testCount: Int
  package let classNames: [String]?
  package private(set) var notes: [ImportNote] = []
  private var parts: [(images: ImageArray, values: PixelValues, labels: [Int32])] = []
  private let paths: [String]

  /// Checks shapes and values, and reads the labels. A search or test part that is not asked for is
  /// taken where the names of the arrays tell of one (see `ArrayParts`), and noted.
  ///
  /// - Parameter layout: such as `nhwc` (see `ArrayLayout`); `nil` to tell from the shape.
  /// - Throws: `HDF5Error`, or `ImageDataError` when arrays are not images with their labels.
  package init(
    training: Part,
    search: Part? = nil,
    test: Part? = nil,
    layout: String? = nil
  ) throws {
    var reader = ArrayParts(layout: try layout.map(ArrayLayout.init))
    let first = try reader.read(training)
    let askedSearch = try search.map { try reader.read($0, like: first) }
    let askedTest = try test.map { try reader.read($0, like: first) }
    let ownSearch = try askedSearch ?? reader.usual(.search, beside: training, like: first)
    let ownTest = try askedTest ?? reader.usual(.test, beside: training, like: first)
    let found = [first, ownSearch, ownTest].compactMap(\.self)
    let numbering = try LabelNumbering(found.map(\.labels), path: training.file)
    shape = first.images.shape
    classNames = numbering.classNames
    notes = reader.notes + numbering.notes
    for (index, part) in found.enumerated() {
      let values = try PixelValues(part.images)
      if let note = values.note(part.images.array, count: part.images.count) { notes.append(note) }
      parts.append((part.images, values, numbering.labels[index]))
    }
    notes += reader.unread
    path = training.file
    importer = try reader.file(training.file).format
    count = found.reduce(0) { $0 + $1.images.count }
    searchCount = ownSearch?.images.count ?? 0
    testCount = ownTest?.images.count ?? 0
    func names(_ part: Part?) -> String? { part.map { "\($0.images ?? "-")+\($0.labels ?? "-")" } }
    options =
      "arrays=\([names(training), names(test)].compactMap(\.self).joined(separator: ","))"
      + (names(search).map { " search=\($0)" } ?? "") + " layout=\(first.images.layout.text)"
    var paths: [String] = []
    let asked = [training, search, test].compactMap(\.self)
    for path in asked.flatMap({ [$0.file, $0.labelsFile ?? $0.file] }) where !paths.contains(path) {
      paths.append(path)
    }
    self.paths = paths
  }

  package var files: [SourceFile] { get throws { try paths.map(sourceFile) } }

  package func labels() -> [Int32]? { parts.flatMap(\.labels) }

  package func read(_ body: ([UInt8], [Int32]) throws -> Void) throws {
    for (images, values, labels) in parts {
      let array = images.array
      let elementSize = values == .bytes ? 1 : 8
      let block = array.blockLength(along: images.axis, near: 4 << 20, elementSize: elementSize)
      for start in stride(from: 0, to: images.count, by: block) {
        let rows = start..<min(images.count, start + block)
        let bytes =
          values == .bytes
          ? try array.bytes(rows, axis: images.axis)
          : values.bytes(try array.numbers(rows, axis: images.axis))
        // A block that unfavourable chunks make large is handed over in parts.
        for first in stride(from: 0, to: rows.count, by: max(blockSize, 1)) {
          let part = first..<min(rows.count, first + blockSize)
          try body(
            images.ordered(bytes, part, of: rows.count),
            Array(labels[(start + part.lowerBound)..<(start + part.upperBound)])
          )
        }
      }
    }
  }
}

/// Labels of all parts as numbers of the same classes.
private struct LabelNumbering {
  private(set) var labels: [[Int32]] = []
  private(set) var classNames: [String]?
  private(set) var notes: [ImportNote] = []

  init(_ parts: [ArrayLabels], path: String) throws {
    let texts: [[String]] = parts.compactMap {
      if case .texts(let texts) = $0 { texts } else { nil }
    }
    if !texts.isEmpty {
      guard texts.count == parts.count else {
        throw ImageDataError(
          .badData,
          path,
          "the labels of one part are texts, those of the other numbers",
          remedy: "Store both in the same way."
        )
      }
      let classes = TextClasses(texts.joined())
      let names = Self.sorted(Set(classes.names.values))
      let numbers = Dictionary(
        uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) }
      )
      labels = texts.map { $0.map { numbers[classes.names[Array($0.utf8)] ?? ""] ?? 0 } }
      classNames = names
      notes = [
        ImportNote(
          "class names from the labels, which are texts, in the order of "
            + (names.allSatisfy { Int($0) != nil } ? "the numbers" : "the alphabet"),
          count: names.count,
          examples: names
        )
      ]
      if !classes.merged.isEmpty {
        notes.append(
          ImportNote(
            "classes whose labels are written in several ways (blanks around them, forms of Unicode), "
              + "each taken as one class",
            count: classes.merged.count,
            examples: Self.sorted(Set(classes.merged))
          )
        )
      }
      return
    }
    var classCount: Int?
    for part in parts {
      guard case .numbers(let numbers, let count, let note) = part else { continue }
      if let count {
        guard classCount == nil || classCount == count else {
          throw ImageDataError(
            .badData,
            path,
            "the one-hot labels of the parts have \(classCount ?? 0) and \(count) classes",
            remedy: "Store both parts with the same classes."
          )
        }
        classCount = count
      }
      labels.append(numbers)
      if let note { notes.append(note) }
    }
    classNames = classCount.map { (0..<$0).map(String.init) }
  }

  /// Numbers as numbers, everything else by its bytes.
  private static func sorted(_ names: Set<String>) -> [String] {
    if names.allSatisfy({ Int($0) != nil }) {
      return names.sorted { (Int($0) ?? 0, $0) < (Int($1) ?? 0, $1) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// The names that texts stand for, without blanks around them.
private struct TextClasses {
  /// By the bytes of the text: texts are equal to Swift whatever their form of Unicode.
  private(set) var names: [[UInt8]: String] = [:]

  init(_ texts: some Sequence<String>) {
    for text in texts {
      let bytes = Array(text.utf8)
      if names[bytes] == nil { names[bytes] = text.trimmingBlanks() }
    }
  }

  /// The names that several texts stand for.
  var merged: [String] {
    Dictionary(grouping: names.values, by: { $0 }).filter { $0.value.count > 1 }.map(\.key)
  }
}
