import AtomicFiles
import Foundation
import HDF5
import TestSupport
import Testing

@testable import ImageArrays
@testable import ImageData

@Suite struct WriterTests {
  @Test func everythingIsStored() throws {
    let folder = try TemporaryFolder()
    let dataset = try smallDataset(folder)
    #expect(dataset.shape == ImageShape(height: 6, width: 5, channels: 1))
    #expect(imageBytes(dataset) == pixels(60 * 30, "train") + pixels(12 * 30, "test"))
    #expect(dataset.labels == (Array(0..<60) + Array(0..<12)).map { Int32($0 % 3) })
    #expect(dataset.classNames == ["0", "1", "2"])
    #expect(dataset.indices(of: .test) == Array(60..<72))
    #expect(dataset.indices(of: .search).count == 15)
    #expect(dataset.indices(of: .train).count == 45)
    let info = dataset.info
    #expect(info.classCounts == ["train": [15, 15, 15], "search": [5, 5, 5], "test": [4, 4, 4]])
    #expect(
      info.provenance.files.map(\.name) == [
        "train-images", "train-labels", "test-images", "test-labels",
      ]
    )
    #expect(info.provenance.files[0].sha256 == (try SHA256.ofFile(folder.file("train-images"))))
    let bytes = imageBytes(dataset)
    var values: [Double] = []
    for index in dataset.indices(of: .train) {
      values += bytes[(index * 30)..<(index * 30 + 30)].map { Double($0) / 255 }
    }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    // 1350 sums of doubles near 1: rounding stays far below 1e-12.
    #expect(abs(dataset.channelMean[0] - mean) < 1e-12)
    #expect(abs(dataset.channelDeviation[0] - variance.squareRoot()) < 1e-12)
    #expect(
      try JSONDecoder().decode(ImageDatasetInfo.self, from: JSONEncoder().encode(info)) == info
    )
    #expect(throws: Never.self) { try dataset.verify() }
    #expect(folder.names().filter { $0.hasSuffix(AtomicFile.temporarySuffix) } == [])
  }

  @Test func equalSourcesGiveEqualBytes() throws {
    let folder = try TemporaryFolder()
    let source = try IDXSource(training: idxPair(folder, "train", count: 60))
    try DatasetWriter(seed: 5).write(source, to: folder.file("a.h5"))
    try DatasetWriter(seed: 5).write(source, to: folder.file("b.h5"))
    try DatasetWriter(seed: 6).write(source, to: folder.file("c.h5"))
    #expect(folder.bytes("a.h5") == folder.bytes("b.h5"))
    let (a, c) = try (
      ImageDataset.open(folder.file("a.h5")), ImageDataset.open(folder.file("c.h5"))
    )
    #expect(a.indices(of: .train) != c.indices(of: .train))
    #expect(a.digest != c.digest)
  }

  @Test func existingFilesAreKeptUnlessTold() throws {
    let folder = try TemporaryFolder()
    let source = try IDXSource(training: idxPair(folder, "train", count: 60))
    try folder.put([1], "a.h5")
    let error = #expect(throws: ImageDataError.self) {
      try DatasetWriter(seed: 5).write(source, to: folder.file("a.h5"))
    }
    #expect(error?.kind == .alreadyExists)
    #expect(folder.bytes("a.h5") == [1])
    try DatasetWriter(seed: 5, overwrite: true).write(source, to: folder.file("a.h5"))
    #expect(throws: Never.self) { _ = try ImageDataset.open(folder.file("a.h5")) }
  }

  @Test func splitsKeepTheSharesOfClasses() throws {
    // 70 of class 0, 20 of class 1, 10 of class 2.
    let labels = (0..<100).map { Int32($0 < 70 ? 0 : $0 < 90 ? 1 : 2) }
    let split = try StratifiedSplit(
      labels: labels,
      testCount: 0,
      sizes: SplitSizes(train: 50, search: 20, test: 30),
      stream: .init(seed: 3, name: "splits"),
      path: "x"
    ).indices
    func counts(_ split: [Int]?) -> [Int] {
      (0..<3).map { number in (split ?? []).filter { labels[$0] == number }.count }
    }
    #expect(counts(split[.test]) == [21, 6, 3])
    #expect(counts(split[.search]) == [14, 4, 2])
    #expect(counts(split[.train]) == [35, 10, 5])
    #expect(Set(split.values.joined()).count == 100)
    // 11 of 100: shares of 7.7, 2.2 and 1.1 are rounded by the largest remainder.
    let uneven = try StratifiedSplit(
      labels: labels,
      testCount: 0,
      sizes: SplitSizes(test: 11),
      stream: .init(seed: 3, name: "splits"),
      path: "x"
    ).indices
    #expect(counts(uneven[.test]) == [8, 2, 1])
  }

  @Test(arguments: [
    SplitSizes(search: 0), SplitSizes(search: 60), SplitSizes(train: 50, search: 11),
    SplitSizes(test: 13), SplitSizes(test: -1),
  ])
  func tooFewImagesAreRefused(sizes: SplitSizes) throws {
    let folder = try TemporaryFolder()
    let source = try IDXSource(
      training: idxPair(folder, "train", count: 60),
      test: idxPair(folder, "test", count: 12)
    )
    let error = #expect(throws: ImageDataError.self) {
      try DatasetWriter(sizes: sizes, seed: 5).write(source, to: folder.file("a.h5"))
    }
    #expect(error?.kind == .notEnoughImages)
    #expect(folder.names().filter { $0.contains("a.h5") } == [])
  }

  /// A disk of 256 kB for a data set of 1 MB.
  @Test func aFullDiskIsAClearErrorAndLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let disk = folder.file("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
    guard (try? run("/usr/bin/mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk)) != nil
    else { return }  // Only root may mount.
    defer { _ = try? run("/usr/bin/umount", "-l", disk) }
    let count = 1_000_000 / 30
    let source = try IDXSource(training: idxPair(folder, "train", count: count))
    var writer = DatasetWriter(seed: 5)
    let early = #expect(throws: ImageDataError.self) {
      try writer.write(source, to: "\(disk)/a.h5")
    }
    #expect(early?.kind == .inputOutput)
    writer.checksFreeSpace = false
    let late = #expect(throws: HDF5Error.self) { try writer.write(source, to: "\(disk)/a.h5") }
    #expect(late?.kind == .inputOutput)
    #expect(late?.description.contains("No space left on device") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk) == [])
    // The library goes on working after such a failure.
    try DatasetWriter(seed: 5).write(
      IDXSource(training: idxPair(folder, "few", count: 60)),
      to: folder.file("b.h5")
    )
  }

  @Test(.enabled(if: H5py.isInstalled, H5py.note)) func h5pyReadsADataset() throws {
    let folder = try TemporaryFolder()
    let dataset = try smallDataset(folder)
    let text = try run(
      "/usr/bin/python3",
      "-c",
      """
      import h5py, sys
      f = h5py.File(sys.argv[1], 'r')
      print(f['images'].shape, f['images'].dtype, f['labels'].dtype, int(f['images'][()].sum()))
      print(f['class-names'].asstr()[()].tolist(), f['splits/test'][()].tolist())
      print(f.attrs['format'], f.attrs['format-version'])
      """,
      dataset.path
    )
    #expect(
      text == """
        (72, 6, 5, 1) uint8 int32 \(imageBytes(dataset).reduce(0) { $0 + Int($1) })
        ['0', '1', '2'] \(Array(60..<72))
        regnas.dataset 1

        """
    )
  }
}

@Suite struct DatasetDamageTests {
  @Test func foreignAndTruncatedFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = try smallDataset(folder).path
    let sound = folder.bytes("a.h5")
    func kind() -> HDF5Error.Kind? {
      #expect(throws: HDF5Error.self) { _ = try ImageDataset.open(path) }?.kind
    }
    try folder.put(Array(sound.prefix(sound.count / 2)), "a.h5")
    #expect(kind() == .damagedFile)
    try folder.put(Array("not HDF5".utf8), "a.h5")
    #expect(kind() == .foreignFile)
    let other = try HDF5File.createInMemory()
    try FileHeader(
      format: "regnas.family",
      version: 1,
      minimumReaderVersion: 1,
      createdBy: "",
      configurationDigest: ""
    ).write(to: other)
    try folder.put(other.image(), "a.h5")
    #expect(kind() == .foreignFile)
    try FileManager.default.removeItem(atPath: path)
    #expect(kind() == .missingFile)
  }

  @Test func aFlippedByteAnywhereIsNoticedOrHarmless() throws {
    let folder = try TemporaryFolder()
    let dataset = try smallDataset(folder)
    let (path, info, images) = (dataset.path, dataset.info, imageBytes(dataset))
    let sound = folder.bytes("a.h5")
    // The mapping above stays on the old file: every damaged one is a new file.
    for index in stride(from: 0, to: sound.count, by: 19) {
      var damaged = sound
      damaged[index] ^= 0x21
      try FileManager.default.removeItem(atPath: path)
      try folder.put(damaged, "a.h5")
      do {
        let opened = try ImageDataset.open(path)
        try opened.verify()
        if opened.info != info || imageBytes(opened) != images || index >= 512 {
          Issue.record("byte \(index) was not noticed")
        }
      } catch is HDF5Error {} catch is ImageDataError {}
    }
  }

  /// What h5py users may do to a data set of ours: each gives an error that says what is wrong.
  @Test(
    .enabled(if: H5py.isInstalled, H5py.note),
    arguments: [
      ("f['labels'][3] = 7", "checksum"),
      ("f['splits/train'][0] = 60", "checksum"),
      ("f.attrs['created-by'] = 'me'", "has changed"),
      ("d = f['images'][()]; del f['images']; f['images'] = d[:9]", "has changed"),
    ]
  )
  func changesByOthersAreNoticed(change: String, cause: String) throws {
    let folder = try TemporaryFolder()
    let path = try smallDataset(folder).path
    try folder.put(Array(repeating: 0, count: 512) + folder.bytes("a.h5").dropFirst(512), "b.h5")
    _ = try ImageDataset.open(folder.file("b.h5"))
    try run(
      "/usr/bin/python3",
      "-c",
      "import h5py, sys\nwith h5py.File(sys.argv[1], 'r+') as f: \(change)",
      folder.file("b.h5")
    )
    let error = #expect(throws: HDF5Error.self) { _ = try ImageDataset.open(folder.file("b.h5")) }
    #expect(error?.cause.contains(cause) == true, "\(String(describing: error))")
    _ = path
  }
}
