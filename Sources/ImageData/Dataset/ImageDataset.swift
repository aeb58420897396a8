import Foundation
import HDF5

/// An image data set file, open for reading; its images are memory mapped.
///
/// ```swift
/// let dataset = try ImageDataset.open("fashion.h5")
/// print(dataset.shape, dataset.indices(of: .train).count)
/// ```
///
/// Layout of a `regnas.dataset` file, version 1:
///
/// | object | type | shape |
/// |---|---|---|
/// | `images` | uint8, contiguous | [N, H, W, C] |
/// | `labels` | int32 | [N] |
/// | `class-names` | string | [classes] |
/// | `channel-mean`, `channel-deviation` | float64, of the train split, on the scale 0...1 | [C] |
/// | `splits/train`, `splits/search`, `splits/test` | int64, rising | [size] |
/// | `image-names` | string; only where the source names its images | [N] |
/// | `source-rows` | int64, rising: numbers in the source; only where not all were taken | [N] |
/// | `provenance/file-names`, `provenance/file-sha256` | string | [files] |
/// | `provenance/note-texts`, `-counts`, `-examples` | string, int64, string; not before 0.2 | [notes] |
public final class ImageDataset: Sendable {
  public static let format = "regnas.dataset"
  public static let version = 1

  public let path: String
  package let header: FileHeader
  public let shape: ImageShape
  /// The class of every image, from 0.
  public let labels: [Int32]
  public let classNames: [String]
  /// A name for every image by which its owner finds it again; `nil` where the source had none.
  public let imageNames: [String]?
  /// The number of every image in its source (training part first, then the test part), in rising
  /// order; `nil` when all were taken, so that the numbers are the same.
  public let sourceRows: [Int]?
  /// Of the train split, on the scale of 0 to 1, one for each channel.
  public let channelMean: [Double]
  public let channelDeviation: [Double]
  /// SHA-256 over the content of the file, the images included: runs record which data they used.
  public let digest: String
  let provenance: Provenance
  let imageChecksum: UInt32
  let pixels: MappedBytes
  private let splits: [Split: [Int]]

  public var count: Int { labels.count }

  /// The images of a split, in rising order.
  public func indices(of split: Split) -> [Int] { splits[split] ?? [] }

  /// The numbers that the images of a split have in the source, in rising order: predictions that
  /// were made outside belong to these.
  public func sourceRows(of split: Split) -> [Int] {
    indices(of: split).map { sourceRows?[$0] ?? $0 }
  }

  /// Validates everything but the images' checksum (see `verify`) and maps the images.
  ///
  /// If another process cuts the file short while it is mapped, this process is killed: never write
  /// to a published data set.
  ///
  /// - Throws: `HDF5Error` for a missing, foreign or damaged file, `ImageDataError` when its parts
  ///   do not fit together.
  public static func open(_ path: String) throws -> ImageDataset {
    try ImageDataset(HDF5File.open(path), path)
  }

  private init(_ file: HDF5File, _ path: String) throws {
    defer { try? file.close() }
    let root = file.root
    self.path = path
    header = try FileHeader.read(from: file, expecting: Self.format, readerVersion: Self.version)
    digest = try ContentDigest.verify(file, readingData: false)
    labels = try root.read("labels", as: Int32.self).values
    classNames = try root.readStrings("class-names").values
    imageNames = try root.exists("image-names") ? root.readStrings("image-names").values : nil
    sourceRows =
      try root.exists("source-rows")
      ? root.read("source-rows", as: Int64.self).values.map { Int($0) } : nil
    channelMean = try root.read("channel-mean", as: Double.self).values
    channelDeviation = try root.read("channel-deviation", as: Double.self).values
    let group = try root.group("splits")
    var splits: [Split: [Int]] = [:]
    for split in Split.allCases {
      splits[split] = try group.read(split.rawValue, as: Int64.self).values.map { Int($0) }
    }
    self.splits = splits
    provenance = try Provenance(root.group("provenance"))

    let images = try root.dataset("images")
    guard images.elementType == .uint8, images.shape.count == 4, images.shape[0] == labels.count
    else {
      throw Self.damage(path, "images of type \(images.elementType) and shape \(images.shape)")
    }
    shape = ImageShape(
      height: images.shape[1],
      width: images.shape[2],
      channels: images.shape[3]
    )
    try shape.check(path)
    guard let offset = try images.fileOffset() else {
      throw ImageDataError(
        .badData,
        path,
        "its images are not stored contiguously, so they cannot be mapped",
        remedy: "Import it again as an HDF5 source."
      )
    }
    guard let checksum = try images.storedChecksum() else {
      throw Self.damage(path, "its images have no checksum")
    }
    imageChecksum = checksum
    pixels = try MappedBytes(path, offset: offset, count: images.count)
    try check()
  }

  /// Labels and splits against each other: what the loader relies on.
  private func check() throws {
    let classes = classNames.count
    if let index = labels.firstIndex(where: { !(0..<classes).contains(Int($0)) }) {
      throw Self.damage(
        path,
        "label \(labels[index]) of image \(index) is out of range: "
          + "there are \(classes) classes"
      )
    }
    guard imageNames.map({ $0.count == count }) ?? true else {
      throw Self.damage(path, "it has \(imageNames?.count ?? 0) names for \(count) images")
    }
    guard sourceRows.map({ $0.count == count }) ?? true else {
      throw Self.damage(path, "it has \(sourceRows?.count ?? 0) source rows for \(count) images")
    }
    guard channelMean.count == shape.channels, channelDeviation.count == shape.channels,
      (channelMean + channelDeviation).allSatisfy({ $0.isFinite && $0 >= 0 && $0 <= 1 })
    else { throw Self.damage(path, "channel mean or deviation do not suit the images") }
    var seen = [Bool](repeating: false, count: count)
    for split in Split.allCases {
      for index in indices(of: split) {
        guard (0..<count).contains(index) else {
          throw Self.damage(path, "split \(split.rawValue) names image \(index) of \(count)")
        }
        guard !seen[index] else {
          throw Self.damage(path, "image \(index) is in two splits or twice in one")
        }
        seen[index] = true
      }
    }
  }

  static func damage(_ path: String, _ cause: String) -> ImageDataError {
    ImageDataError(.badData, path, cause, remedy: "Import the data set again.")
  }
}
