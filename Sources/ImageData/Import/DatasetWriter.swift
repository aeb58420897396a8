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
  /// What the classes are called, in the order of their labels, instead of the source's names.
  public var classNames: [String]?
  /// Whether classes without images are left out and the others numbered anew.
  public var closesGaps: Bool
  /// Called with the images written so far and in all.
  public var progress: ((_ done: Int, _ total: Int) -> Void)?
  /// Off in the test that fills a disk for real.
  var checksFreeSpace = true

  public init(
    sizes: SplitSizes = SplitSizes(),
    seed: UInt64,
    overwrite: Bool = false,
    createdBy: String = "regnas",
    classNames: [String]? = nil,
    closesGaps: Bool = false,
    progress: ((_ done: Int, _ total: Int) -> Void)? = nil
  ) {
    self.sizes = sizes
    self.seed = seed
    self.overwrite = overwrite
    self.createdBy = createdBy
    self.classNames = classNames
    self.closesGaps = closesGaps
    self.progress = progress
  }

  /// What was written and what was left out.
  public struct Report: Codable, Sendable {
    public var dataset: ImageDatasetInfo
    public var skipped: [SkippedFile]
    /// Parts that imports to the same path had left when they were killed: they were removed.
    public var removedParts: [String]
  }

  /// Writes beside `path`, verifies, and renames: `path` is never a part of a file.
  ///
  /// - Throws: `ImageDataError`, `OutputError`, `HDF5Error` or `StorageError`; then `path` is as it was.
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
    try OutputFile.check(path, overwrite: true)
    let removedParts = AtomicFile.removeAbandoned(beside: path)
    let plan = try source.labels().map { try self.plan($0, source) }
    try checkSpace(for: path, bytes: (plan?.rows.count ?? source.count) * source.shape.byteCount)
    var info = try AtomicFile.replace(path, overwrite: overwrite) { temporary in
      try build(source, plan, at: temporary)
      let dataset = try ImageDataset.open(temporary)
      try dataset.verify()
      return dataset.info
    }
    info.path = path
    return Report(
      dataset: info,
      skipped: source.skipped,
      removedParts: removedParts
    )
  }

  private func plan(
    _ labels: [Int32],
    _ source: some ImageSource,
    keepsAll: Bool = false
  ) throws -> DatasetPlan {
    try DatasetPlan(
      labels: labels,
      classes: ClassNumbering(
        labels: labels,
        sourceNames: source.classNames,
        given: classNames,
        closesGaps: closesGaps,
        path: source.path
      ),
      testCount: source.testCount,
      searchCount: source.searchCount,
      sizes: sizes,
      seed: seed,
      keepsAll: keepsAll,
      path: source.path
    )
  }

  /// - Parameter known: `nil` when the labels are known only after all images are written.
  private func build(_ source: some ImageSource, _ known: DatasetPlan?, at path: String) throws {
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
    let labels = try writeImages(source, known?.rows, root)
    let plan = try known ?? plan(labels, source, keepsAll: true)
    try root.write("labels", plan.rows.map { plan.labels[$0] })
    try root.write("class-names", strings: plan.classNames)
    if let names = source.imageNames {
      try root.write("image-names", strings: plan.rows.map { names[$0] })
    }
    if plan.rows.count < source.count {
      try root.write("source-rows", plan.rows.map { Int64($0) })
    }
    let group = try root.createGroup("splits")
    try group.setAttribute("seed", Int64(bitPattern: seed))
    for split in Split.allCases {
      try group.write(split.rawValue, (plan.splits[split] ?? []).map { Int64($0) })
    }
    let images = try root.dataset("images")
    let statistics = try ChannelStatistics(images, over: plan.splits[.train] ?? [], source.shape)
    try root.write("channel-mean", statistics.mean)
    try root.write("channel-deviation", statistics.deviation)

    let duplicates = DuplicateImages(
      try PixelHashes(images, source.shape),
      labels: plan.rows.map { plan.labels[$0] },
      classNames: plan.classNames,
      imageNames: source.imageNames.map { names in plan.rows.map { names[$0] } },
      splits: plan.splits
    )

    let provenance = try root.createGroup("provenance")
    let files = try source.files
    try provenance.setAttribute("importer", source.importer)
    try provenance.setAttribute("options", options)
    try provenance.write("file-names", strings: files.map(\.name))
    try provenance.write("file-sha256", strings: files.map(\.sha256))
    let notes =
      source.notes + plan.notes + squareNotes(source) + statistics.notes + duplicates.notes
    try provenance.write("note-texts", strings: notes.columns.texts)
    try provenance.write("note-counts", notes.columns.counts)
    try provenance.write("note-examples", strings: notes.columns.examples)

    try ContentDigest.write(to: file)
    try file.flush()
    let range = try images.fileOffset().map { $0..<($0 + images.count) }
    try file.close()
    try FileSeal.seal(path: path, except: range)
  }

  private func squareNotes(_ source: some ImageSource) -> [ImportNote] {
    let shape = source.shape
    guard shape.height != shape.width else { return [] }
    return [
      ImportNote(
        "images are \(shape.height) x \(shape.width), the search spaces need square ones: import them "
          + "with --size",
        count: source.count
      )
    ]
  }

  private var splitOptions: String {
    let numbers = [sizes.train, sizes.search, sizes.test].map { $0.map(String.init) ?? "-" }
    let names = classNames.map { " names=\($0.joined(separator: ","))" } ?? ""
    return "splits=\(numbers.joined(separator: "/")) seed=\(seed)\(names)"
      + (closesGaps ? " gaps=closed" : "")
  }

  /// Writes the images of `rows`, or all of them, and gives the labels of all.
  private func writeImages(
    _ source: some ImageSource,
    _ rows: [Int]?,
    _ root: HDF5Group
  ) throws -> [Int32] {
    let shape = source.shape
    let size = shape.byteCount
    let writer = try root.createRows(
      "images",
      of: UInt8.self,
      rowShape: [shape.height, shape.width, shape.channels],
      rows: rows?.count ?? source.count
    )
    var labels: [Int32] = []
    labels.reserveCapacity(source.count)
    var next = 0
    try source.read { pixels, newLabels in
      let block = labels.count..<(labels.count + newLabels.count)
      labels += newLabels
      defer { progress?(labels.count, source.count) }
      guard let rows, rows.count < source.count else { return try writer.append(pixels) }
      let first = next
      while next < rows.count, rows[next] < block.upperBound { next += 1 }
      // One after the other is written at once.
      var runs: [Range<Int>] = []
      for row in rows[first..<next] {
        let place = row - block.lowerBound
        if runs.last?.upperBound == place {
          runs[runs.count - 1] = runs[runs.count - 1].lowerBound..<(place + 1)
        } else {
          runs.append(place..<(place + 1))
        }
      }
      var kept: [UInt8] = []
      kept.reserveCapacity((next - first) * size)
      for run in runs { kept += pixels[(run.lowerBound * size)..<(run.upperBound * size)] }
      try writer.append(kept)
    }
    try writer.finish()
    return labels
  }

  /// Says at once what would otherwise be found out after an hour.
  private func checkSpace(for path: String, bytes: Int) throws {
    let folder = OutputFile.folder(of: try OutputFile.destination(of: path))
    let free = try OutputFile.freeBytes(in: folder)
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
