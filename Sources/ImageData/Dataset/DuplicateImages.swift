import HDF5

/// Images of a data set that have the pixels of another one.
public struct DuplicateImages: Hashable, Sendable, Codable {
  public struct Image: Hashable, Sendable, Codable {
    /// Its number in the data set file.
    public var index: Int
    /// `nil` when it is in none.
    public var split: Split?
    /// Its class.
    public var label: String
    /// Its name in the source, where that has names.
    public var name: String?

    /// For people: its name, or its number.
    public var title: String { name ?? "image \(index)" }
  }

  /// Images of equal pixels, each group in rising order.
  public let groups: [[Image]]
  /// Images in all groups.
  public let imageCount: Int
  /// Groups with images of more than one split.
  public let groupsAcrossSplits: Int
  /// Groups whose images have different classes.
  public let groupsAcrossClasses: Int

  init(groups: [[Image]]) {
    self.groups = groups
    imageCount = groups.reduce(0) { $0 + $1.count }
    groupsAcrossSplits = groups.count { Set($0.compactMap(\.split)).count > 1 }
    groupsAcrossClasses = groups.count { Set($0.map(\.label)).count > 1 }
  }

  /// Groups whose images have different classes: at least one of them must be wrong.
  public var contradictions: [[Image]] { groups.filter { Set($0.map(\.label)).count > 1 } }

  /// Groups within one split.
  public func within(_ split: Split) -> [[Image]] {
    groups.filter { group in group.count { $0.split == split } > 1 }
  }

  /// Groups with images of both splits.
  public func between(_ first: Split, _ second: Split) -> [[Image]] {
    groups.filter { group in
      group.contains { $0.split == first } && group.contains { $0.split == second }
    }
  }

  init(
    _ hashes: PixelHashes,
    labels: [Int32],
    classNames: [String],
    imageNames: [String]?,
    splits: [Split: [Int]]
  ) {
    let groups = hashes.groups
    guard !groups.isEmpty else {
      self.init(groups: [])
      return
    }
    var splitOf = [Split?](repeating: nil, count: labels.count)
    for (split, indices) in splits {
      for index in indices { splitOf[index] = split }
    }
    self.init(
      groups: groups.map { group in
        group.map { index in
          Image(
            index: index,
            split: splitOf[index],
            label: classNames[Int(labels[index])],
            name: imageNames?[index]
          )
        }
      }
    )
  }

  static let pairs: [(Split, Split)] = [(.train, .search), (.train, .test), (.search, .test)]

  /// What an import says of them.
  var notes: [ImportNote] {
    func note(_ text: String, _ images: [Image]) -> ImportNote? {
      images.isEmpty ? nil : ImportNote(text, count: images.count, examples: images.map(\.title))
    }
    let between = Self.pairs.map { first, second in
      note(
        "images of \(second.rawValue) with the pixels of an image of \(first.rawValue)",
        self.between(first, second).flatMap { $0.filter { $0.split == second } }
      )
    }
    let within = Split.allCases.map { split in
      note(
        "images of \(split.rawValue) with the pixels of another one there",
        self.within(split).flatMap { $0.filter { $0.split == split }.dropFirst() }
      )
    }
    let contradicted = note(
      "images with the pixels of an image of another class",
      contradictions.flatMap(\.self)
    )
    return (between + within + [contradicted]).compactMap(\.self)
  }
}

extension ImageDataset {
  /// Compares the pixels of all images, whatever they were imported from.
  public func duplicates() -> DuplicateImages {
    DuplicateImages(
      PixelHashes(pixels.bytes, size: shape.byteCount),
      labels: labels,
      classNames: classNames,
      imageNames: imageNames,
      splits: Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0, indices(of: $0)) })
    )
  }
}
