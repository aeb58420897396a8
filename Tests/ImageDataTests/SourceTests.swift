import Foundation
import HDF5
import TestSupport
import Testing

@testable import ImageArrays
@testable import ImageData
@testable import PictureFolders

@Suite struct IDXSourceTests {
  @Test(.enabled(if: FashionMNIST.isInstalled, FashionMNIST.note))
  func fashionMNISTIsRead() throws {
    let source = try IDXSource(
      folder: FashionMNIST.folder,
      classNames: IDXSource.fashionMNISTClassNames
    )
    #expect(source.count == 70_000 && source.testCount == 10_000)
    #expect(source.shape == ImageShape(height: 28, width: 28, channels: 1))
    // The first block only: the whole takes long in a debug build.
    struct Enough: Error {}
    var labels: [Int32] = []
    #expect(throws: Enough.self) {
      try source.read { _, block in
        labels = block
        throw Enough()
      }
    }
    // Published with the data set: its first image is an ankle boot, then two T-shirts.
    #expect(labels.prefix(3) == [9, 0, 0])
  }

  @Test func gzipAndPlainAreTheSame() throws {
    let folder = try TemporaryFolder()
    let pair = try idxPair(folder, "train", count: 50)
    let plain = try contents(IDXSource(training: pair))
    try run("/usr/bin/gzip", pair.images, pair.labels)
    let packed = try contents(
      IDXSource(training: .init(images: pair.images + ".gz", labels: pair.labels + ".gz"))
    )
    #expect(plain == packed)
    #expect(plain.pixels == pixels(1500, "train"))
  }

  /// An image or a label file of `count` images.
  private func put(_ folder: TemporaryFolder, _ count: Int, _ path: String) throws {
    try folder.put(
      path.lowercased().contains("images")
        ? idx([count, 6, 5], pixels(count * 30))
        : idx([count], [UInt8](repeating: 1, count: count)),
      path
    )
  }

  @Test(arguments: [
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"],
    ["train-images.idx3-ubyte", "train-labels.idx1-ubyte"],
    ["Train-Images-IDX3-ubyte", "train-labels.idx1-ubyte"],
    [
      "train-images-idx3-ubyte/train-images-idx3-ubyte",
      "train-labels-idx1-ubyte/train-labels-idx1-ubyte",
    ],
    ["MNIST/raw/train-images-idx3-ubyte", "MNIST/raw/train-labels-idx1-ubyte"],
    ["emnist-digits-train-images-idx3-ubyte", "emnist-digits-train-labels-idx1-ubyte"],
  ])
  func filesAreFoundUnderTheirUsualNames(names: [String]) throws {
    let folder = try TemporaryFolder()
    for name in names { try put(folder, 50, name) }
    let source = try IDXSource(folder: folder.path)
    #expect(source.count == 50 && source.testCount == 0)
    #expect(source.notes.map(\.text).joined().contains("there are no t10k or test files"))
    #expect(try source.labels() == [Int32](repeating: 1, count: 50))
    for name in names {
      try put(folder, 7, name.replacing("train-", with: "test-").replacing("Train-", with: "t10k-"))
    }
    let both = try IDXSource(folder: folder.path)
    #expect(both.count == 57 && both.testCount == 7 && both.notes.isEmpty)
  }

  /// Labels of QMNIST: 32-bit numbers in 8 columns, of which the first is the class.
  @Test func labelsOfQMNIST() throws {
    let folder = try TemporaryFolder()
    func labels(_ columns: Int, dimensions: UInt8 = 2) -> [UInt8] {
      var file: [UInt8] = [0, 0, 12, dimensions, 0, 0, 0, 12]
      if dimensions == 2 { file += [0, 0, 0, UInt8(columns)] }
      for row in 0..<12 {
        for column in 0..<columns { file += [0, 0, column == 0 ? 1 : 77, UInt8(row % 3)] }
      }
      return file
    }
    try folder.put(idx([12, 6, 5], pixels(360)), "qmnist-train-images-idx3-ubyte")
    let name = "qmnist-train-labels-idx2-int"
    try folder.put(labels(8), name)
    let source = try IDXSource(folder: folder.path)
    let classes = (0..<12).map { Int32(256 + $0 % 3) }
    #expect(try source.labels() == classes)
    #expect(try contents(source).labels == classes)
    #expect(
      source.notes.first?.line
        == "12 labels of 8 columns, as those of QMNIST: the first taken as the class"
    )
    try folder.put(labels(1, dimensions: 1), name)
    #expect(try IDXSource(folder: folder.path).labels() == classes)
    try folder.put(labels(3), name)
    refused("each label has 3 columns; 1, or the 8 of QMNIST, were expected") {
      _ = try IDXSource(folder: folder.path)
    }
    let none = IDXSource.Pair(
      images: try folder.put(idx([0, 6, 5], []), "no-images"),
      labels: try folder.put(idx([0], []), "no-labels")
    )
    refused("no-images: there are no images in it") { _ = try IDXSource(training: none) }
  }

  @Test func whatIsMissingOrThereTwiceIsNamed() throws {
    let folder = try TemporaryFolder()
    for name in ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"] {
      try put(folder, 20, name)
    }
    refused("t10k-labels-idx1-ubyte is missing, though t10k-images-idx3-ubyte is there") {
      _ = try IDXSource(folder: folder.path)
    }
    try folder.remove("t10k-images-idx3-ubyte")
    try put(folder, 20, "copy/train-images.idx3-ubyte")
    #expect(
      try IDXSource(folder: folder.path).notes.first?.line
        == "1 other copy of these files not read: copy/train-images.idx3-ubyte"
    )
    for kind in ["images-idx3", "labels-idx1"] { try put(folder, 9, "a-train-\(kind)-ubyte") }
    refused("the folder holds several IDX data sets: (no name), a") {
      _ = try IDXSource(folder: folder.path)
    }
    #expect(try IDXSource(folder: folder.path, set: "A").count == 9)
    refused("there is no IDX data set 'b'. There are: (no name), a") {
      _ = try IDXSource(folder: folder.path, set: "b")
    }
    refused("there is no such folder") { _ = try IDXSource(folder: folder.file("none")) }
    refused("this is a file") {
      _ = try IDXSource(folder: folder.file("a-train-images-idx3-ubyte"))
    }
  }

  @Test func badFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    let good = try idxPair(folder, "train", count: 50)
    let images = folder.bytes("train-images")
    let labels = folder.bytes("train-labels")
    func pair(_ images: [UInt8], _ labels: [UInt8]) throws -> IDXSource.Pair {
      .init(images: try folder.put(images, "i"), labels: try folder.put(labels, "l"))
    }
    refused("the file ends inside images 0 to 49 of 50") {
      _ = try contents(IDXSource(training: pair(images.dropLast(), labels)))
    }
    refused("the file ends inside its header") {
      _ = try IDXSource(training: pair(Array(images.prefix(11)), labels))
    }
    refused("not an IDX file of images") { _ = try IDXSource(training: pair(labels, labels)) }
    refused("not an IDX file of labels") { _ = try IDXSource(training: pair(images, images)) }
    refused("not an IDX file of images") { _ = try IDXSource(training: pair([], labels)) }
    let real: [UInt8] = [0, 0, 0x0D] + images.dropFirst(3)
    refused("it holds float32 in 3 dimensions. Images are") {
      _ = try IDXSource(training: pair(real, labels))
    }
    refused("there are 49 labels for the 50 images") {
      _ = try IDXSource(training: pair(images, idx([49], Array(labels.dropFirst(8).dropLast()))))
    }
    refused("more data than its header says") {
      _ = try contents(IDXSource(training: pair(images + [0], labels)))
    }
    refused("label 2 of image 2 is out of range: there are 2 classes") {
      _ = try contents(IDXSource(training: good, classNames: ["a", "b"]))
    }
    refused("there is no such file") {
      _ = try IDXSource(training: .init(images: folder.file("none"), labels: good.labels))
    }
    refused("images of 4000000 x 5 pixels") {
      _ = try IDXSource(training: pair(idx([50, 4_000_000, 5], []), labels))
    }
    refused("there are no IDX files in this folder") { _ = try IDXSource(folder: folder.path) }
    try run("/usr/bin/gzip", good.images)
    let packed = folder.bytes("train-images.gz")
    refused("the file cannot be inflated") {
      _ = try contents(IDXSource(training: pair(packed.dropLast(20), labels)))
    }
    var changed = packed
    changed[packed.count / 2] ^= 1
    refused("the file cannot be inflated") {
      _ = try contents(IDXSource(training: pair(changed, labels)))
    }
  }
}

@Suite struct CIFARSourceTests {
  private func records(_ count: Int, labelBytes: Int, classes: Int, _ name: String) -> [UInt8] {
    let planes = pixels(count * 3072, name)
    var bytes: [UInt8] = []
    for row in 0..<count {
      if labelBytes == 2 { bytes.append(UInt8(row % 20)) }
      bytes.append(UInt8(row % classes))
      bytes += planes[(row * 3072)..<(row * 3072 + 3072)]
    }
    return bytes
  }

  @Test func cifar10() throws {
    let folder = try TemporaryFolder()
    try folder.put(records(20, labelBytes: 1, classes: 10, "1"), "data_batch_1.bin")
    for number in 2...5 {
      try folder.put(
        records(10, labelBytes: 1, classes: 10, "\(number)"),
        "data_batch_\(number).bin"
      )
    }
    try folder.put(records(10, labelBytes: 1, classes: 10, "t"), "test_batch.bin")
    let words = "airplane automobile bird cat deer dog frog horse ship truck"
    try folder.put(Array(words.replacing(" ", with: "\n").utf8 + [10]), "batches.meta.txt")
    let source = try CIFARSource(folder: folder.path)
    #expect(source.count == 70 && source.testCount == 10)
    #expect(source.classNames?[9] == "truck")
    let read = try contents(source)
    #expect(read.labels == (0..<70).map { Int32($0 % 10) })
    #expect(source.labels() == read.labels)
    // Planes become pixels: red, green and blue of pixel 5 of image 3 of the second batch.
    let plane = pixels(10 * 3072, "2")
    let first = (20 + 3) * 3072 + 5 * 3
    let expected = [0, 1024, 2048].map { plane[3 * 3072 + $0 + 5] }
    #expect(Array(read.pixels[first..<(first + 3)]) == expected)
    try DatasetWriter(seed: 1).write(source, to: folder.file("a.h5"))
    #expect(try ImageDataset.open(folder.file("a.h5")).indices(of: .test) == Array(60..<70))
  }

  @Test func cifar100HasTwoLabels() throws {
    let folder = try TemporaryFolder()
    try folder.put(records(40, labelBytes: 2, classes: 100, "1"), "cifar-100-binary/train.bin")
    refused("test.bin is missing") { _ = try CIFARSource(folder: folder.path) }
    try folder.put(records(2, labelBytes: 2, classes: 100, "1"), "cifar-100-binary/test.bin")
    let labels = Array(0..<40) + [0, 1]
    #expect(try contents(CIFARSource(folder: folder.path)).labels == labels.map { Int32($0) })
    #expect(
      try contents(CIFARSource(folder: folder.path, labels: .coarse)).labels
        == labels.map { Int32($0 % 20) }
    )
  }

  /// Pickled as Python 2 did, and as Python 3 does in protocols 4 and 5.
  @Test(arguments: [2, 4, 5]) func thePythonVersionIsRead(pickleProtocol: Int) throws {
    let folder = try TemporaryFolder()
    for name in ["train", "test"] {
      try folder.copy(
        fixture("Arrays/protocol-\(pickleProtocol).pickle"),
        to: "cifar-100-python/\(name)"
      )
    }
    let source = try CIFARSource(folder: folder.path)
    #expect(source.importer == "cifar-100" && source.count == 6 && source.testCount == 3)
    #expect(source.notes.map(\.count) == [100])
    let read = try contents(source)
    #expect(read.labels == [0, 99, 5, 0, 99, 5])
    #expect(
      try CIFARSource(folder: folder.path, labels: .coarse).labels()?.prefix(3) == [1, 19, 5]
    )
    // Red, green and blue of pixel 5 of image 2.
    let expected = [0, 1024, 2048].map { (plane: Int) -> UInt8 in
      let place = 2 * 3072 + plane + 5
      return UInt8(place * 7 % 256)
    }
    #expect(Array(read.pixels.dropFirst(2 * 3072 + 15).prefix(3)) == expected)
    // Its class names are pickled too; here they are no list.
    try folder.copy(fixture("Arrays/protocol-4.pickle"), to: "cifar-100-python/meta")
    refused("there are 0 class names, 100 were expected") {
      _ = try CIFARSource(folder: folder.path)
    }
  }

  /// Sound pickles that are not read: what they are is said, and what is advised works.
  @Test(.enabled(if: H5py.isInstalled, H5py.note), arguments: [0, 1, 2])
  func oldProtocolsOfPython3(pickleProtocol: Int) throws {
    let folder = try TemporaryFolder()
    let program = """
      import pickle, sys, numpy as n
      for name in 'train', 'test':
        d = dict(fine_labels=[1, 2], data=n.arange(6144).astype('u1').reshape(2, 3072), é=1.5)
        pickle.dump(d, open(sys.argv[1] + '/' + name, 'wb'), int(sys.argv[2]))
      """
    try run("/usr/bin/python3", "-c", program, folder.path, "\(pickleProtocol)")
    let error = #expect(throws: ImageDataError.self) { _ = try CIFARSource(folder: folder.path) }
    let text = try #require(error?.description)
    #expect(text.contains("train: this is a pickle of protocol "))
    let remedy = try #require(text.split(separator: "behind it: ").dropFirst().first)
    try run("/bin/sh", "-c", "PATH=/usr/bin; \(remedy) '\(folder.file("test"))'")
    #expect(try contents(CIFARSource(folder: folder.path)).labels == [1, 2, 1, 2])
  }

  @Test func picklesAreNeverExecuted() throws {
    let folder = try TemporaryFolder()
    let command = "touch \(folder.file("executed"))"
    let pickle: [UInt8] =
      [0x80, 2] + Array("cos\nsystem\nU".utf8) + [UInt8(command.utf8.count)] + Array(command.utf8)
      + [0x85] + Array("R.".utf8)
    try folder.put(pickle, "train")
    try folder.put(pickle, "test")
    refused("the pickle names 'os.system'") { _ = try CIFARSource(folder: folder.path) }
    #expect(!folder.exists("executed"))
    let sound = try bytes(of: fixture("Arrays/protocol-4.pickle"))
    for end in [0, 1, 2, 100, sound.count - 1] {
      try folder.put(Array(sound.prefix(end)), "train")
      refused("the pickle cannot be read: it ends too early") {
        _ = try CIFARSource(folder: folder.path)
      }
    }
  }

  @Test func badFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    refused("there are no CIFAR batches") { _ = try CIFARSource(folder: folder.path) }
    let good = records(3, labelBytes: 1, classes: 10, "1")
    for number in [1, 2, 4, 5] { try folder.put(good, "data_batch_\(number).bin") }
    refused("data_batch_3.bin, test_batch.bin are missing") {
      _ = try CIFARSource(folder: folder.path)
    }
    try folder.put(good, "data_batch_3.bin")
    try folder.put(good, "test_batch.bin")
    try folder.put(good.dropLast(), "data_batch_1.bin")
    refused("9218 bytes are not whole records of 3073 bytes") {
      _ = try CIFARSource(folder: folder.path)
    }
    var changed = good
    changed[3073] = 10
    try folder.put(changed, "data_batch_1.bin")
    refused("label 10 of image 1 is out of range: there are 10 classes") {
      _ = try contents(CIFARSource(folder: folder.path))
    }
    try folder.put(good, "data_batch_1.bin")
    try folder.put(Array("one\ntwo\n".utf8), "batches.meta.txt")
    refused("there are 2 class names, 10 were expected") {
      _ = try CIFARSource(folder: folder.path)
    }
  }
}

@Suite struct FolderSourceTests {
  @Test func classesAreFolders() throws {
    let folder = try TemporaryFolder()
    for number in 0..<4 {
      try folder.put(Fixture.png, "cat/\(number).png")
      try folder.put(Fixture.jpeg, "dog/\(number).JPEG")
    }
    try folder.put([1, 2], "dog/notes.txt")
    try folder.put([1, 2], "cat/.hidden.png")
    let source = try FolderSource(folder: folder.path, size: 12)
    #expect(source.classNames == ["cat", "dog"])
    #expect(source.count == 8 && source.testCount == 0 && source.ignoredCount == 1)
    let read = try contents(source)
    #expect(read.labels == [0, 0, 0, 0, 1, 1, 1, 1])
    let square = try ImageDecoder.decode(Fixture.png, channels: 3).centreSquare(12)
    #expect(Array(read.pixels.prefix(432)) == square)
    #expect(
      try contents(FolderSource(folder: folder.path, size: 5, channels: 1)).pixels.count == 200
    )
    try DatasetWriter(sizes: SplitSizes(search: 2, test: 2), seed: 1)
      .write(source, to: folder.file("a.h5"))
    #expect(try ImageDataset.open(folder.file("a.h5")).info.classCounts["search"] == [1, 1])
  }

  @Test func trainAndValAreParts() throws {
    let folder = try TemporaryFolder()
    for name in ["train/a/1.png", "train/a/2.png", "train/b/1.png", "val/b/1.png"] {
      try folder.put(Fixture.png, name)
    }
    let source = try FolderSource(folder: folder.path, size: 4)
    #expect(source.count == 4 && source.testCount == 1)
    #expect(try contents(source).labels == [0, 0, 1, 1])
    #expect(source.files.map(\.name) == ["train", "test"])
    try folder.put(Fixture.png, "val/c/1.png")
    refused("this class is not among those of") {
      _ = try FolderSource(folder: folder.path, size: 4)
    }
  }

  @Test func corruptImagesAreNamedAndSkippedOnlyWhenTold() throws {
    let folder = try TemporaryFolder()
    for number in 0..<6 { try folder.put(Fixture.jpeg, "dog/\(number).jpg") }
    try folder.put(Array(Fixture.jpeg.prefix(660)), "dog/3.jpg")
    try folder.put([], "dog/4.jpg")
    refused("\(folder.path)/dog/3.jpg: the image is corrupt: ") {
      try DatasetWriter(sizes: SplitSizes(search: 1, test: 1), seed: 1).write(
        FolderSource(folder: folder.path, size: 8),
        to: folder.file("a.h5")
      )
    }
    let source = try FolderSource(folder: folder.path, size: 8, skipCorrupt: true)
    let report = try DatasetWriter(sizes: SplitSizes(search: 1, test: 1), seed: 1)
      .write(source, to: folder.file("a.h5"))
    #expect(report.dataset.count == 4)
    #expect(
      report.skipped.map(\.path) == ["\(folder.path)/dog/3.jpg", "\(folder.path)/dog/4.jpg"]
    )
  }

  @Test func picturesOfOtherTypesAreCounted() throws {
    let folder = try TemporaryFolder()
    for name in ["a/1.ppm", "a/2.PGM", "b/1.svg", "b/notes.txt"] { try folder.put("x", name) }
    refused(
      "only pictures of others: 2 PNM, 1 SVG; and 1 file other than pictures (1 .txt). Read are JPEG, "
        + "PNG, WebP, BMP, GIF and TIFF. Convert the others, for example with ImageMagick: find "
        + "'\(folder.path)' \\( -iname '*.pgm' -o -iname '*.ppm' -o -iname '*.svg' \\) -exec mogrify "
        + "-format png {} +"
    ) {
      _ = try FolderSource(folder: folder.path, size: 8)
    }
  }

  @Test func uselessFoldersAreRefused() throws {
    let folder = try TemporaryFolder()
    refused("there is no such folder") {
      _ = try FolderSource(folder: folder.file("none"), size: 8)
    }
    refused("there are no images of a type that is read. Make a folder for each class") {
      _ = try FolderSource(folder: folder.path, size: 8)
    }
    refused("images of size 0") { _ = try FolderSource(folder: folder.path, size: 0) }
  }
}
