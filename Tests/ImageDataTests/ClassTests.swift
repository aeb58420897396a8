import Foundation
import TestSupport
import Testing

@testable import ImageArrays
@testable import ImageData

/// Grey images of 4 x 4 with the labels given; row `i` has the value `i` in its first pixel.
private final class MadeSource: ImageSource {
  let importer = "made"
  let options = "-"
  let path = "made"
  let shape = ImageShape(height: 4, width: 4, channels: 1)
  let testCount: Int
  let classNames: [String]?
  private let values: [Int32]
  private let knowsLabels: Bool
  private let pixel: (Int) -> UInt8

  init(
    _ labels: [Int32],
    testCount: Int = 0,
    names: [String]? = nil,
    knowsLabels: Bool = true,
    pixel: @escaping (Int) -> UInt8 = { UInt8($0 % 256) }
  ) {
    values = labels
    self.testCount = testCount
    classNames = names
    self.knowsLabels = knowsLabels
    self.pixel = pixel
  }

  var count: Int { values.count }
  var files: [SourceFile] { [] }
  func labels() -> [Int32]? { knowsLabels ? values : nil }

  func read(_ body: ([UInt8], [Int32]) throws -> Void) throws {
    for start in stride(from: 0, to: count, by: 7) {
      let rows = start..<min(count, start + 7)
      try body(
        rows.flatMap { row in (0..<16).map { pixel(row) &+ UInt8($0) } },
        Array(values[rows])
      )
    }
  }
}

@Suite struct ClassTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(
    _ source: MadeSource,
    _ sizes: SplitSizes = SplitSizes(),
    names: [String]? = nil,
    closesGaps: Bool = false
  ) throws -> ImageDataset {
    let path = folder.file("\(folder.names().count).h5")
    try DatasetWriter(sizes: sizes, seed: 1, classNames: names, closesGaps: closesGaps)
      .write(source, to: path)
    return try ImageDataset.open(path)
  }

  /// Without those about images that are there twice: made ones often are.
  private func notes(_ dataset: ImageDataset) -> [String] {
    dataset.info.provenance.notes.map(\.line).filter { !$0.contains("the pixels of") }
  }

  @Test func onlyImagesOfASplitAreWritten() throws {
    let source = MadeSource((0..<200).map { Int32($0 % 4) }, testCount: 50)
    let dataset = try write(source, SplitSizes(train: 40, search: 20, test: 10))
    #expect(dataset.count == 70)
    let rows = try #require(dataset.sourceRows)
    #expect(rows == rows.sorted() && Set(rows).count == 70)
    for (place, row) in rows.enumerated() {
      #expect(dataset.labels[place] == Int32(row % 4))
      #expect(imageBytes(dataset)[place * 16] == UInt8(row))
    }
    #expect(dataset.sourceRows(of: .test).allSatisfy { $0 >= 150 })
    #expect(notes(dataset) == ["130 images in no split, as the sizes of the splits ask"])
    // The same images as with labels that are known only at the end.
    let whole = try write(
      MadeSource((0..<200).map { Int32($0 % 4) }, testCount: 50, knowsLabels: false),
      SplitSizes(train: 40, search: 20, test: 10)
    )
    #expect(whole.count == 200 && whole.sourceRows == nil)
    for split in Split.allCases {
      #expect(whole.indices(of: split) == dataset.sourceRows(of: split))
    }
    #expect(try write(source).sourceRows == nil)
  }

  @Test func classesWithoutImages() throws {
    let labels = (0..<90).map { Int32([0, 5, 9][$0 % 3]) }
    let open = try write(MadeSource(labels))
    #expect(open.classNames == (0..<10).map(String.init))
    #expect(
      notes(open) == [
        "7 of 10 classes have no images (--close-gaps leaves them out): 1, 2, 3, ..."
      ]
    )
    let closed = try write(MadeSource(labels), closesGaps: true)
    #expect(closed.classNames == ["0", "5", "9"])
    #expect(closed.labels.prefix(3) == [0, 1, 2])
    let named = try write(MadeSource(labels), names: ["a", "b, c", "d"], closesGaps: true)
    #expect(named.classNames == ["a", "b, c", "d"])
    let source = MadeSource([0, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0, 2], names: ["x", "y", "z"])
    let sizes = SplitSizes(search: 2, test: 2)
    #expect(try notes(write(source, sizes)).first?.hasSuffix("leaves them out): y (1)") == true)
    #expect(try write(source, sizes, closesGaps: true).classNames == ["x", "z"])
    #expect(try write(source, sizes, names: ["p", "q", "r"]).classNames == ["p", "q", "r"])
    for (names, cause) in [
      (["p", "q"], "2 class names were given, the labels are of 3 classes (0 to 2)"),
      (["p", "q", "r", "s"], "4 class names were given"), (["p", "q", "p"], "the same name, 'p'"),
      (["p", "", "r"], "the name of class 1 is empty"),
    ] {
      refused(cause) { _ = try write(source, sizes, names: names) }
    }
    #expect(
      try notes(write(MadeSource([Int32](repeating: 0, count: 30)))) == [
        "1 class only: there is nothing to tell apart"
      ]
    )
  }

  @Test func rareClassesAreInTheTrainSplit() throws {
    let labels = (0..<1001).map { Int32($0 < 500 ? 0 : $0 < 1000 ? 1 : 2) }
    let sizes = SplitSizes(train: 100, search: 100, test: 100)
    let rare = try write(MadeSource(labels), sizes)
    #expect(rare.info.classCounts["train"]?[2] == 1)
    #expect(
      notes(rare).suffix(2) == [
        "1 of 3 classes has no image in the search split: 2",
        "1 of 3 classes has no image in the test split: 2",
      ]
    )
    // Three images are enough for all splits, whatever share they are.
    let three = try write(MadeSource(labels + [2, 2]), sizes)
    for split in Split.allCases { #expect(three.info.classCounts[split.rawValue]?[2] == 1) }
    // Many classes of two images: train has all of them.
    let pairs = try write(
      MadeSource((0..<120).map { Int32($0 / 2) }),
      SplitSizes(train: 70, search: 20, test: 30)
    )
    #expect(pairs.info.classCounts["train"]?.allSatisfy { $0 >= 1 } == true)
    #expect(notes(pairs).count == 2)
    // Among classes of one image, each of two keeps one for train before those of one give theirs.
    let single = (0..<60).map { Int32($0) }
    for size in [8, 20] {
      let mixed = try write(
        MadeSource(single + (0..<3).map { Int32($0) }),
        SplitSizes(search: size, test: size)
      )
      #expect(mixed.info.classCounts["train"]?.prefix(3).allSatisfy { $0 >= 1 } == true)
      #expect(notes(mixed).count == 3)
    }
    // A split that is smaller than the number of classes cannot have all.
    let small = try write(MadeSource((0..<120).map { Int32($0 / 2) }), SplitSizes(train: 10))
    #expect(small.indices(of: .train).count == 10)
  }

  @Test func imagesWithoutContrast() throws {
    let labels = (0..<60).map { Int32($0 % 2) }
    let constant = MadeSource(labels) { _ in 0 }
    // Sixteen values in every image, none of them large.
    #expect(
      try notes(write(constant)) == [
        "44 training images only reach 15 of 255: they are nearly black"
      ]
    )
  }

  @Test func imagesThatAreNotSquareAreNotedAndCanBeResized() throws {
    let source = try IDXSource(training: idxPair(folder, "train", count: 60))
    let path = folder.file("a.h5")
    try DatasetWriter(seed: 1).write(source, to: path)
    #expect(
      try notes(ImageDataset.open(path)) == [
        "60 images are 6 x 5, the search spaces need square ones: import them with --size"
      ]
    )
    let resized = try ResizedSource(source, size: 4)
    try DatasetWriter(seed: 1, overwrite: true).write(resized, to: path)
    let dataset = try ImageDataset.open(path)
    #expect(dataset.shape == ImageShape(height: 4, width: 4, channels: 1))
    #expect(notes(dataset) == ["60 images of 6 x 5 resized and their centres cut out to 4 x 4"])
    let first = Array(pixels(30 * 60, "train").prefix(30))
    let square = first.withUnsafeBufferPointer { source.shape.centreSquare(4, of: $0) }
    #expect(Array(imageBytes(dataset).prefix(16)) == square)
    refused("images of size 0 cannot be made") { _ = try ResizedSource(source, size: 0) }
  }
}
