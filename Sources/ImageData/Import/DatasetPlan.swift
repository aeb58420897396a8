import RandomStreams

/// Which images of a source become a data set, with which labels and in which splits.
struct DatasetPlan {
  /// Of every image of the source, numbered as the data set numbers its classes.
  let labels: [Int32]
  let classNames: [String]
  /// The images that are written, by their numbers in the source, rising.
  let rows: [Int]
  /// Positions in `rows`.
  let splits: [Split: [Int]]
  /// What was left out, and what training would suffer from.
  let notes: [ImportNote]

  /// - Parameters:
  ///   - keepsAll: also the images that are in no split, which are left out otherwise.
  /// - Throws: `ImageDataError`.
  init(
    labels found: [Int32],
    classes: ClassNumbering,
    testCount: Int,
    searchCount: Int,
    sizes: SplitSizes,
    seed: UInt64,
    keepsAll: Bool,
    path: String
  ) throws {
    let labels = try classes.renumbered(found, path)
    let chosen = try StratifiedSplit(
      labels: labels,
      testCount: testCount,
      searchCount: searchCount,
      sizes: sizes,
      stream: RandomStream(seed: seed, name: "data.splits"),
      path: path
    ).indices
    var notes = classes.notes
    var position = [Int](repeating: -1, count: labels.count)
    if keepsAll {
      rows = Array(labels.indices)
    } else {
      rows = Split.allCases.flatMap { chosen[$0] ?? [] }.sorted()
    }
    for (place, row) in rows.enumerated() { position[row] = place }
    splits = chosen.mapValues { $0.map { position[$0] } }
    let unused = labels.count - Split.allCases.reduce(0) { $0 + (chosen[$1]?.count ?? 0) }
    if unused > 0 {
      notes.append(ImportNote("images in no split, as the sizes of the splits ask", count: unused))
    }
    for split in Split.allCases {
      var present = [Bool](repeating: false, count: classes.names.count)
      for row in chosen[split] ?? [] { present[Int(labels[row])] = true }
      let missing = classes.names.indices.filter { classes.counts[$0] > 0 && !present[$0] }
      guard !missing.isEmpty else { continue }
      notes.append(
        ImportNote(
          "of \(classes.names.count) classes \(missing.count == 1 ? "has" : "have") no image in the \(split.rawValue) split",
          count: missing.count,
          examples: missing.map { classes.names[$0] }
        )
      )
    }
    self.labels = labels
    self.classNames = classes.names
    self.notes = notes
  }
}
