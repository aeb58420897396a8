import HDF5

/// Where the images of a data set come from.
public struct Provenance: Hashable, Sendable, Codable {
  public var importer: String
  public var options: String
  public var files: [SourceFile]
  /// What the import left out, changed or guessed.
  public var notes: [ImportNote]

  init(_ group: HDF5Group) throws {
    importer = try group.attribute("importer")
    options = try group.attribute("options")
    let names = try group.readStrings("file-names").values
    let digests = try group.readStrings("file-sha256").values
    files = zip(names, digests).map { SourceFile(name: $0, sha256: $1) }
    // Files written by 0.1.0 have none.
    guard try group.exists("note-texts") else {
      notes = []
      return
    }
    notes = try [ImportNote](
      texts: group.readStrings("note-texts").values,
      counts: group.read("note-counts", as: Int64.self).values,
      examples: group.readStrings("note-examples").values
    )
  }
}

/// A summary of a data set for people and scripts.
public struct ImageDatasetInfo: Hashable, Sendable, Codable {
  public var path: String
  public var createdBy: String
  public var digest: String
  public var count: Int
  public var shape: ImageShape
  public var classNames: [String]
  public var channelMean: [Double]
  public var channelDeviation: [Double]
  /// Images of each split (`train`, `search`, `test`).
  public var splitSizes: [String: Int]
  /// Images of each class in each split, in the order of `classNames`.
  public var classCounts: [String: [Int]]
  public var provenance: Provenance
}

extension ImageDataset {
  public var info: ImageDatasetInfo {
    var sizes: [String: Int] = [:]
    var counts: [String: [Int]] = [:]
    for split in Split.allCases {
      var perClass = [Int](repeating: 0, count: classNames.count)
      for index in indices(of: split) { perClass[Int(labels[index])] += 1 }
      sizes[split.rawValue] = indices(of: split).count
      counts[split.rawValue] = perClass
    }
    return ImageDatasetInfo(
      path: path,
      createdBy: header.createdBy,
      digest: digest,
      count: count,
      shape: shape,
      classNames: classNames,
      channelMean: channelMean,
      channelDeviation: channelDeviation,
      splitSizes: sizes,
      classCounts: counts,
      provenance: provenance
    )
  }
}
