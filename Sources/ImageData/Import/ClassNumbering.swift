/// The classes of a data set: their names in the order of their numbers, from the labels of a source.
struct ClassNumbering {
  private(set) var names: [String]
  /// Images of each class in the whole source.
  private(set) var counts: [Int]
  private(set) var notes: [ImportNote] = []
  /// The new number of each label; `nil` when they stay.
  private var numbers: [Int32]?

  private static let mostNumbered = 1 << 20

  /// - Parameters:
  ///   - sourceNames: what the source knows; `nil` when it only has numbers.
  ///   - given: what the user calls the classes, instead.
  ///   - closesGaps: leave out the classes without images, and number the others anew.
  /// - Throws: `ImageDataError` when labels have no name, or names are too many or equal.
  init(
    labels: [Int32],
    sourceNames: [String]?,
    given: [String]?,
    closesGaps: Bool,
    path: String
  ) throws {
    if let (index, label) = labels.enumerated().first(where: { $0.element < 0 }) {
      throw ImageDataError(
        .badData,
        path,
        "label \(label) of image \(index) is negative",
        remedy: "Number the classes from 0, and leave out images without a class."
      )
    }
    let largest = Int(labels.max() ?? -1)
    if let sourceNames { try Self.check(labels, sourceNames.count, path) }
    guard sourceNames != nil || largest < Self.mostNumbered else {
      throw ImageDataError(
        .badData,
        path,
        "label \(largest) is no class number",
        remedy: "Number the classes from 0."
      )
    }
    let classCount = max(sourceNames?.count ?? 0, largest + 1)
    var counts = [Int](repeating: 0, count: classCount)
    for label in labels { counts[Int(label)] += 1 }
    let used = counts.indices.filter { counts[$0] > 0 }
    let gaps = classCount - used.count
    var names = sourceNames ?? (0..<max(1, classCount)).map(String.init)
    if let given {
      names = try Self.names(given, classCount, closesGaps ? used : nil, path)
    } else if closesGaps {
      names = used.map { names[$0] }
    }
    try Self.checkNames(names, areGiven: given != nil, path)
    if gaps > 0 {
      let examples = counts.indices.filter { counts[$0] == 0 }.map { number in
        let name = sourceNames?[number] ?? (closesGaps ? nil : given?[number])
        return name.map { "\($0) (\(number))" } ?? String(number)
      }
      notes.append(
        ImportNote(
          "of \(classCount) classes \(gaps == 1 ? "has" : "have") no images"
            + (closesGaps
              ? " and \(gaps == 1 ? "was" : "were") left out; the others were numbered anew"
              : " (--close-gaps leaves them out)"),
          count: gaps,
          examples: examples
        )
      )
    }
    self.names = names
    if closesGaps {
      var numbers = [Int32](repeating: -1, count: classCount)
      for (number, label) in used.enumerated() { numbers[label] = Int32(number) }
      self.numbers = numbers
      counts = used.map { counts[$0] }
    }
    self.counts = counts
    if used.count == 1 {
      notes.append(ImportNote("class only: there is nothing to tell apart", count: 1))
    }
  }

  func renumbered(_ labels: [Int32], _ path: String) throws -> [Int32] {
    guard let numbers else { return labels }
    return labels.map { numbers[Int($0)] }
  }

  private static func check(_ labels: [Int32], _ classCount: Int, _ path: String) throws {
    guard let (index, label) = labels.enumerated().first(where: { Int($0.element) >= classCount })
    else { return }
    throw ImageDataError(
      .badData,
      path,
      "label \(label) of image \(index) is out of range: there are \(classCount) classes",
      remedy: "Give a name for every class, or mend the labels."
    )
  }

  private static func names(
    _ given: [String],
    _ classCount: Int,
    _ used: [Int]?,
    _ path: String
  ) throws -> [String] {
    if let used {
      if given.count == used.count { return given }
      if given.count == classCount { return used.map { given[$0] } }
    } else if given.count == classCount {
      return given
    }
    let gaps = used.map { $0.count < classCount ? ", \($0.count) of them with images" : "" } ?? ""
    throw ImageDataError(
      .misuse,
      path,
      "\(given.count) class name\(given.count == 1 ? " was" : "s were") given, the labels are of "
        + "\(classCount) classes (0 to \(classCount - 1))\(gaps)",
      remedy: "Give one name for each, in the order of the labels."
    )
  }

  private static func checkNames(_ names: [String], areGiven: Bool, _ path: String) throws {
    if let number = names.firstIndex(where: \.isEmpty) {
      throw ImageDataError(
        .misuse,
        path,
        "the name of class \(number) is empty",
        remedy: "Give every class a name."
      )
    }
    var seen: Set<String> = []
    if let name = names.first(where: { !seen.insert($0).inserted }) {
      throw ImageDataError(
        areGiven ? .misuse : .badData,
        path,
        "two classes have the same name, '\(name)'",
        remedy: "Give every class a name of its own."
      )
    }
  }
}
