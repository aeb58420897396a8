import HDF5
import ImageData

/// Reads the parts of a source of arrays: those that are asked for, and those that the names of the
/// arrays tell of.
struct ArrayParts {
  /// Images with their labels.
  struct Found {
    var images: ImageArray
    var labels: ArrayLabels
  }

  private let layout: ArrayLayout?
  private var files: [String: any ArrayFile] = [:]
  /// Arrays that were read, by their files.
  private var used: [String: Set<String>] = [:]
  private(set) var notes: [ImportNote] = []

  /// - Parameter layout: `nil` to tell from the shapes.
  init(layout: ArrayLayout?) { self.layout = layout }

  mutating func file(_ path: String) throws -> any ArrayFile {
    if let file = files[path] { return file }
    let file = try ArrayFiles.open(path)
    files[path] = file
    return file
  }

  /// - Parameter first: the training part, whose shape every other has.
  /// - Throws: `HDF5Error`, or `ImageDataError` when these are not images with their labels.
  mutating func read(_ part: ArraySource.Part, like first: Found? = nil) throws -> Found {
    let labelsFile = part.labelsFile ?? part.file
    let images = try file(part.file).array(part.images)
    guard images.count > 0 else {
      throw images.refuse(
        "the array is empty: its shape is \(images.ownersShape)",
        remedy: "Give an array of images, or save it again once it is filled."
      )
    }
    try (images as? HDF5ForeignArray)?.checkWritten()
    let labels = try file(labelsFile).array(part.labels)
    try (labels as? HDF5ForeignArray)?.checkWritten()
    // What does not tell by itself lies as the training part does.
    let guessed = layout ?? first.map { (try? Self.guess(images, labels)) ?? $0.images.layout }
    let array = try ImageArray(images, guessed ?? Self.guess(images, labels))
    if let first = first?.images, first.shape != array.shape {
      throw images.refuse(
        "its images are \(array.shape.height) x \(array.shape.width) x \(array.shape.channels), "
          + "those of \(first.array.name) are \(first.shape.height) x \(first.shape.width) x "
          + "\(first.shape.channels)",
        remedy: "Give both parts images of one shape."
      )
    }
    if layout == nil, first == nil, array.layout.letters.first != "n" {
      notes.append(
        ImportNote(
          "images taken from shape \(images.ownersShape) in the layout \(array.layout.text), as there "
            + "are so many labels",
          count: array.count
        )
      )
    }
    let found = Found(images: array, labels: try ArrayLabels(labels, count: array.count))
    use(images.name, of: part.file)
    use(labels.name, of: labelsFile)
    return found
  }

  private static func guess(
    _ images: any ForeignArray,
    _ labels: any ForeignArray
  ) throws -> ArrayLayout {
    // Of one-hot labels the first dimension counts them.
    try ArrayLayout(guessing: images, labels: labels.ownersShape.first { $0 != 1 } ?? 1)
  }

  // MARK: - Parts that nobody asked for

  /// The arrays of a held-out part whose names say the same as those of the training part but for the
  /// split: `x_val` beside `x_train`, or beside `x`. What cannot be used is noted, not refused.
  ///
  /// - Throws: `HDF5Error`, or `ImageDataError` when the file cannot be read.
  mutating func usual(
    _ split: Split,
    beside training: ArraySource.Part,
    like first: Found
  ) throws -> Found? {
    let labelsFile = training.labelsFile ?? training.file
    guard let images = try counterpart(training.images, split, in: training.file),
      let labels = try counterpart(training.labels, split, in: labelsFile)
    else { return nil }
    let part = ArraySource.Part(
      file: training.file,
      images: images,
      labelsFile: training.labelsFile,
      labels: labels
    )
    do {
      let found = try read(part, like: first)
      notes.append(
        ImportNote(
          "images of '\(images.withoutControls)' taken as the \(split.rawValue) split",
          count: found.images.count
        )
      )
      return found
    } catch let error as ImageDataError where error.kind == .badData {
      notes.append(
        ImportNote(
          "arrays of a \(split.rawValue) split, by their names, cannot be used: "
            + "\(error.cause.withoutControls)",
          count: 2,
          examples: [images, labels]
        )
      )
      use(images, of: training.file)
      use(labels, of: labelsFile)
      return nil
    }
  }

  private mutating func counterpart(
    _ name: String?,
    _ split: Split,
    in path: String
  ) throws -> String? {
    guard let name else { return nil }
    let own = SplitRole.parted(name)
    guard own.role == nil || own.role == .train else { return nil }
    let role: SplitRole = split == .search ? .validation : .test
    let names = try file(path).names.filter { other in
      let parted = SplitRole.parted(other)
      return parted.role == role && parted.rest == own.rest && used[path]?.contains(other) != true
    }
    return names.count == 1 ? names[0] : nil
  }

  private mutating func use(_ name: String, of path: String) {
    used[path, default: []].insert(name.split(separator: "/").joined(separator: "/"))
  }

  /// What nobody asked for and no name tells of.
  var unread: [ImportNote] {
    files.sorted { $0.key < $1.key }.compactMap { path, file in
      let names = file.names.filter { used[path]?.contains($0) != true }
      guard !names.isEmpty else { return nil }
      return ImportNote("other arrays of the file not read", count: names.count, examples: names)
    }
  }
}
