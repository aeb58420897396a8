import AtomicFiles
import Foundation
import HDF5
import RandomStreams

/// Turns a source into one data set file.
///
/// ```swift
/// let source = try IDXSource(folder: "/usr/share/datasets/fashion-mnist")
/// let report = try DatasetWriter(seed: 1).write(source, to: "fashion.h5")
/// ```
public struct DatasetWriter {
  public var sizes: SplitSizes
  /// Seeds the choice of the splits.
  public var seed: UInt64
  /// Whether an existing file may be replaced.
  public var overwrite: Bool
  public var createdBy: String
  /// Called with the images written so far and in all.
  public var progress: ((_ done: Int, _ total: Int) -> Void)?
  /// Off in the test that fills a disk for real.
  var checksFreeSpace = true

  public init(
    sizes: SplitSizes = SplitSizes(),
    seed: UInt64,
    overwrite: Bool = false,
    createdBy: String = "regnas",
    progress: ((_ done: Int, _ total: Int) -> Void)? = nil
  ) {
    self.sizes = sizes
    self.seed = seed
    self.overwrite = overwrite
    self.createdBy = createdBy
    self.progress = progress
  }

  /// What was written and what was left out.
  public struct Report: Codable, Sendable {
    public var dataset: ImageDatasetInfo
    public var skipped: [SkippedFile]
  }

  /// Writes beside `path`, verifies, and renames: `path` is never a part of a file.
  ///
  /// - Throws: `ImageDataError`, `HDF5Error` or `StorageError`; then `path` is as it was.
  @discardableResult
  public func write(_ source: some ImageSource, to path: String) throws -> Report {
    try source.shape.check(source.path)
    guard overwrite || !FileManager.default.fileExists(atPath: path) else {
      throw ImageDataError(
        .alreadyExists,
        path,
        "the file is there already",
        remedy: "Choose another name or allow it to be overwritten."
      )
    }
    try checkFolder(of: path, bytes: source.count * source.shape.byteCount)
    try AtomicFile.replace(path) { temporary in
      try build(source, at: temporary)
      try ImageDataset.open(temporary).verify()
    }
    return Report(dataset: try ImageDataset.open(path).info, skipped: source.skipped)
  }

  private func build(_ source: some ImageSource, at path: String) throws {
    let file = try HDF5File.create(path)
    defer { try? file.close() }
    let options = "\(source.options) \(splitOptions)"
    try FileHeader(
      format: ImageDataset.format,
      version: ImageDataset.version,
      minimumReaderVersion: ImageDataset.version,
      createdBy: createdBy,
      configurationDigest: try SHA256.of("\(source.importer) \(options)")
    ).write(to: file)

    let root = file.root
    let labels = try writeImages(source, root)
    let names = try classNames(source, labels)
    try root.write("labels", labels)
    try root.write("class-names", strings: names)
    if let imageNames = source.imageNames { try root.write("image-names", strings: imageNames) }

    let splits = try StratifiedSplit(
      labels: labels,
      testCount: source.testCount,
      searchCount: source.searchCount,
      sizes: sizes,
      stream: RandomStream(seed: seed, name: "data.splits"),
      path: source.path
    ).indices
    let group = try root.createGroup("splits")
    try group.setAttribute("seed", Int64(bitPattern: seed))
    for split in Split.allCases {
      try group.write(split.rawValue, (splits[split] ?? []).map { Int64($0) })
    }
    let images = try root.dataset("images")
    let statistics = try ChannelStatistics(images, over: splits[.train] ?? [], source.shape)
    try root.write("channel-mean", statistics.mean)
    try root.write("channel-deviation", statistics.deviation)

    let duplicates = DuplicateImages(
      try PixelHashes(images, source.shape),
      labels: labels,
      classNames: names,
      imageNames: source.imageNames,
      splits: splits
    )

    let provenance = try root.createGroup("provenance")
    let files = try source.files
    try provenance.setAttribute("importer", source.importer)
    try provenance.setAttribute("options", options)
    try provenance.write("file-names", strings: files.map(\.name))
    try provenance.write("file-sha256", strings: files.map(\.sha256))
    let notes = (source.notes + duplicates.notes).columns
    try provenance.write("note-texts", strings: notes.texts)
    try provenance.write("note-counts", notes.counts)
    try provenance.write("note-examples", strings: notes.examples)

    try ContentDigest.write(to: file)
    try file.flush()
    let range = try images.fileOffset().map { $0..<($0 + images.count) }
    try file.close()
    try FileSeal.seal(path: path, except: range)
  }

  private var splitOptions: String {
    let numbers = [sizes.train, sizes.search, sizes.test].map { $0.map(String.init) ?? "-" }
    return "splits=\(numbers.joined(separator: "/")) seed=\(seed)"
  }

  private func writeImages(_ source: some ImageSource, _ root: HDF5Group) throws -> [Int32] {
    let shape = source.shape
    let writer = try root.createRows(
      "images",
      of: UInt8.self,
      rowShape: [shape.height, shape.width, shape.channels],
      rows: source.count
    )
    var labels: [Int32] = []
    labels.reserveCapacity(source.count)
    try source.read { pixels, newLabels in
      try writer.append(pixels)
      labels += newLabels
      progress?(labels.count, source.count)
    }
    try writer.finish()
    return labels
  }

  private func classNames(_ source: some ImageSource, _ labels: [Int32]) throws -> [String] {
    if let (index, label) = labels.enumerated().first(where: { $0.element < 0 }) {
      throw ImageDataError(.badData, source.path, "label \(label) of image \(index) is negative")
    }
    let largest = Int(labels.max() ?? -1)
    guard let names = source.classNames else {
      guard largest < 1 << 20 else {
        throw ImageDataError(.badData, source.path, "label \(largest) is no class number")
      }
      return (0...max(0, largest)).map(String.init)
    }
    if let (index, label) = labels.enumerated().first(where: { Int($0.element) >= names.count }) {
      throw ImageDataError(
        .badData,
        source.path,
        "label \(label) of image \(index) is out of range: there are \(names.count) classes",
        remedy: "Give a name for every class, or mend the labels."
      )
    }
    guard Set(names).count == names.count else {
      throw ImageDataError(.badData, source.path, "two classes have the same name")
    }
    return names
  }

  /// Says at once what would otherwise be found out after an hour.
  private func checkFolder(of path: String, bytes: Int) throws {
    let parent = (path as NSString).deletingLastPathComponent
    let folder = parent.isEmpty ? "." : parent
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { throw StorageError(folder, "open", code: errno) }
    let free = Int(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
    if checksFreeSpace && free < bytes {
      throw ImageDataError(
        .inputOutput,
        path,
        "the images take \(bytes >> 20) MB, the disk has \(free >> 20) MB free",
        remedy: "Free space on the disk or choose another one."
      )
    }
  }
}
