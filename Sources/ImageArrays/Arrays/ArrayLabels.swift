import HDF5
import ImageData

/// The labels of one part as an array gives them.
enum ArrayLabels {
  case numbers([Int32], classCount: Int?, note: ImportNote?)
  /// As they are stored: with blanks around them, in any form of Unicode.
  case texts([String])

  /// - Parameter count: of the images they belong to.
  /// - Throws: `ImageDataError` or `HDF5Error` when they are not one class for each image.
  init(_ array: any ForeignArray, count: Int) throws {
    let shape = array.ownersShape
    let wide = shape.filter { $0 != 1 }
    if array.elementType == .string {
      try Self.check(array, wide.count < 2 ? array.count : -1, count)
      let texts = try array.texts()
      // What readers put in the place of bytes that they cannot decode. Two classes could become one.
      if let image = texts.firstIndex(where: { $0.unicodeScalars.contains("\u{FFFD}") }) {
        throw array.refuse(
          "the label of image \(image) is not valid UTF-8",
          remedy:
            "Decode the labels before storing them: y = [v.decode('latin-1') for v in y], or "
            + "whatever they were coded in."
        )
      }
      let blank = texts.indices.filter { texts[$0].trimmingBlanks().isEmpty }
      guard blank.isEmpty else {
        throw array.refuse(
          "the label is empty for \(blank.count) of \(count) images, first for image \(blank[0])",
          remedy: "Give each image the name of its class, and leave out images without one."
        )
      }
      self = .texts(texts)
      return
    }
    guard array.elementType != .other else {
      throw array.refuse(
        "the labels are no numbers or texts",
        remedy: "Store a whole number or a name for each image."
      )
    }
    // [N], [N, 1], [1, N], [N, 1, 1, 1].
    if array.count == count, wide.count < 2 {
      let values = try Self.all(array)
      self = .numbers(try Self.whole(values, array), classCount: nil, note: Self.note(array, count))
      return
    }
    guard wide.count == 2, let axis = array.shape.firstIndex(of: count),
      wide.first == count,
      shape.contains(where: { $0 > 1 && $0 != count }) || shape == [count, count]
    else {
      try Self.check(array, wide.count < 2 ? array.count : -1, count)
      self = .numbers([], classCount: nil, note: nil)
      return
    }
    let classes = array.count / count
    self = .numbers(
      try Self.hottest(array, axis: axis, classes: classes),
      classCount: classes,
      note: ImportNote(
        "one-hot labels\(Self.name(array)) of \(classes) classes, taken as the place of the 1",
        count: count
      )
    )
  }

  private static func check(_ array: any ForeignArray, _ found: Int, _ count: Int) throws {
    guard found >= 0 else {
      throw array.refuse(
        "labels of shape \(array.ownersShape), one for each of \(count) images was expected",
        remedy: "Store one class number or name for each image."
      )
    }
    guard found == count else {
      throw array.refuse(
        "there are \(found) labels for \(count) images",
        remedy: "Give the labels that belong to the images."
      )
    }
  }

  private static func all(_ array: any ForeignArray) throws -> [Double] {
    guard !array.shape.isEmpty else {
      throw array.refuse("it is a single number", remedy: "Store one label for each image.")
    }
    return try array.numbers(0..<array.shape[0], axis: 0)
  }

  private static func whole(_ values: [Double], _ array: any ForeignArray) throws -> [Int32] {
    try values.enumerated().map { index, value in
      guard value == value.rounded() else {
        throw array.refuse(
          "label \(value) of image \(index) is not a whole number",
          remedy: "Number the classes from 0, in whole numbers."
        )
      }
      guard let label = Int32(exactly: value), label >= 0 else {
        throw array.refuse(
          "label \(Int(exactly: value).map(String.init) ?? String(value)) of image \(index) is out of "
            + "range",
          remedy: "Number the classes from 0, and leave out images without a class."
        )
      }
      return label
    }
  }

  private static func note(_ array: any ForeignArray, _ count: Int) -> ImportNote? {
    let isReal = array.elementType == .float32 || array.elementType == .float64
    guard array.isBoolean || isReal else { return nil }
    return ImportNote(
      array.isBoolean
        ? "labels\(name(array)) stored as truth values, taken as classes 0 (false) and 1 (true)"
        : "labels\(name(array)) stored as \(array.kind), taken as whole numbers",
      count: count
    )
  }

  private static func name(_ array: any ForeignArray) -> String {
    array.name.isEmpty ? "" : " (\(array.name))"
  }

  private static func hottest(
    _ array: any ForeignArray,
    axis: Int,
    classes: Int
  ) throws -> [Int32] {
    let values = try array.numbers(0..<array.shape[axis], axis: axis)
    let count = array.shape[axis]
    // In memory either [count, classes], or the other way round.
    let isOuter = array.shape[..<axis].allSatisfy { $0 == 1 }
    var places: [Int32] = []
    var (several, none) = ([Int](), [Int]())
    for image in 0..<count {
      let row = (0..<classes).map { values[isOuter ? image * classes + $0 : $0 * count + image] }
      guard row.allSatisfy({ $0 == 0 || $0 == 1 }) else {
        throw array.refuse(
          "labels of shape \(array.ownersShape) that are not one-hot (image \(image))",
          remedy: "Store one class number for each image: "
            + (values.allSatisfy { $0 == $0.rounded() }
              ? "the column that holds it, y[:, 0] say."
              : "y.argmax(axis=1) for probabilities.")
        )
      }
      let ones = row.count { $0 == 1 }
      if ones > 1 { several.append(image) } else if ones == 0 { none.append(image) }
      places.append(Int32(row.firstIndex(of: 1) ?? 0))
    }
    guard several.isEmpty, none.isEmpty else {
      let found = [(several, "several classes"), (none, "no class")].filter { !$0.0.isEmpty }
        .map { "\($0.1) for \($0.0.count) of \(count) images, first for image \($0.0[0])" }
      throw array.refuse(
        "labels of shape \(array.ownersShape) that are not one-hot: "
          + found.joined(separator: "; "),
        remedy: "Each image has one class here. Keep those that have: k = y.sum(axis=1) == 1; "
          + "x, y = x[k], y[k].argmax(axis=1)"
          + (several.isEmpty ? "." : ". Or tell one class from the others: y = y[:, 0].")
      )
    }
    return places
  }
}

extension String {
  func trimmingBlanks() -> String {
    let rest = drop { $0.isWhitespace }
    return String(rest.reversed().drop { $0.isWhitespace }.reversed())
  }
}
