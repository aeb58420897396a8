import Foundation
import HDF5
import RandomStreams
import TestSupport
import Testing

@testable import ImageArrays
@testable import ImageData

enum FashionMNIST {
  static let folder = "/usr/share/datasets/fashion-mnist"
  static let isInstalled = FileManager.default.fileExists(atPath: folder)
  static let note: Comment = "needs Fashion-MNIST: apt install dataset-fashion-mnist"
}

/// An IDX file of these lengths.
func idx(_ lengths: [Int], _ values: [UInt8]) -> [UInt8] {
  var bytes: [UInt8] = [0, 0, 8, UInt8(lengths.count)]
  for length in lengths {
    for shift in [24, 16, 8, 0] { bytes.append(UInt8(length >> shift & 255)) }
  }
  return bytes + values
}

/// Reproducible pixels.
func pixels(_ count: Int, _ name: String = "pixels") -> [UInt8] {
  var stream = RandomStream(seed: 1, name: name)
  return (0..<count).map { _ in UInt8(stream.next() >> 56) }
}

/// An IDX pair of `count` images of 6 x 5 pixels in `classes` classes, one after the other.
func idxPair(
  _ folder: TemporaryFolder,
  _ name: String,
  count: Int,
  classes: Int = 3
) throws -> IDXSource.Pair {
  IDXSource.Pair(
    images: try folder.put(idx([count, 6, 5], pixels(count * 30, name)), "\(name)-images"),
    labels: try folder.put(idx([count], (0..<count).map { UInt8($0 % classes) }), "\(name)-labels")
  )
}

/// A data set of 60 training and 12 test images in 3 classes.
func smallDataset(_ folder: TemporaryFolder) throws -> ImageDataset {
  let source = try IDXSource(
    training: idxPair(folder, "train", count: 60),
    test: idxPair(folder, "test", count: 12)
  )
  try DatasetWriter(sizes: SplitSizes(search: 15), seed: 5).write(source, to: folder.file("a.h5"))
  return try ImageDataset.open(folder.file("a.h5"))
}

/// All images of a data set as bytes.
func imageBytes(_ dataset: ImageDataset) -> [UInt8] { Array(dataset.pixels.bytes) }

/// A 16 x 12 image whose red is 15x, green 20y and blue 7x + 11y (mod 256), encoded by Pillow 12.
enum Fixture {
  static let jpeg = decode(
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsL
    EBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU
    FBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAAMABADASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcI
    CQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRol
    JicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ip
    qrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAA
    AAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLR
    ChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaX
    mJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEA
    PwD5U8H/AAJ/1f8Ao/6V7j4P+BP3P9H/AEr3nwf4Q0z93+4r3Hwd4Q0z5P3FLDYhnh8AeIWM9zc//9k=
    """
  )
  static let greyJPEG = decode(
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsL
    EBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAAMABABAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QA
    tRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0
    NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2
    t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/APlTwf8AAn/V/wCj/pXuPg/4
    E/c/0f8ASvefB/hDTP3f7ivcfB3hDTPk/cV//9k=
    """
  )
  static let png = decode(
    """
    iVBORw0KGgoAAAANSUhEUgAAABAAAAAMCAIAAADkharWAAAAHklEQVR4nGNkYGDgZ2AnHrEwiHAzMLATj0Y1jBQNAEWv
    B1D8mvyrAAAAAElFTkSuQmCC
    """
  )
  static let greyPNG = decode(
    """
    iVBORw0KGgoAAAANSUhEUgAAABAAAAAMCAAAAABOjGJdAAAAHklEQVR4nGNkYGVjZWVlY4VRjLxoAix0FoAKkiEAAMFb
    BG7xyVMCAAAAAElFTkSuQmCC
    """
  )
  static let palettePNG = decode(
    """
    iVBORw0KGgoAAAANSUhEUgAAABAAAAAMAgMAAAAWidUSAAAADFBMVEVxvp1xeHelKGMtKCtSiyHrAAAAMElEQVR4nGP8
    z7CagYmBgYGBieE/A4z1fQMD4/8wBlGmfwwMb5huMDC8YggNYEAHAGj0Chr417+VAAAAAElFTkSuQmCC
    """
  )
  static let alphaPNG = decode(
    """
    iVBORw0KGgoAAAANSUhEUgAAABAAAAAMCAYAAABr5z2BAAAAJElEQVR4nGNkYGD4z8/AzkAuZmEQ4WZgYGAnG48aMGrA
    4DAAAFcZCE/zjK8NAAAAAElFTkSuQmCC
    """
  )

  /// The image itself, RGB.
  static let rgb: [UInt8] = {
    var pixels: [UInt8] = []
    for y in 0..<12 {
      for x in 0..<16 {
        pixels.append(UInt8(15 * x))
        pixels.append(UInt8(20 * y))
        pixels.append(UInt8((7 * x + 11 * y) % 256))
      }
    }
    return pixels
  }()

  private static func decode(_ text: String) -> [UInt8] {
    Array(Data(base64Encoded: text, options: .ignoreUnknownCharacters) ?? Data())
  }
}

func difference(_ a: [UInt8], _ b: [UInt8]) -> Int {
  a.count == b.count ? zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 0 : .max
}

/// Everything a source gives.
func contents(_ source: some ImageSource) throws -> (pixels: [UInt8], labels: [Int32]) {
  var result: (pixels: [UInt8], labels: [Int32]) = ([], [])
  try source.read { pixels, labels in
    result.pixels += pixels
    result.labels += labels
  }
  return result
}

func refused(
  _ cause: String,
  _ body: () throws -> Void,
  at location: SourceLocation = #_sourceLocation
) {
  let error = #expect(throws: ImageDataError.self, sourceLocation: location) { try body() }
  #expect(
    error?.description.contains(cause) == true,
    "\(String(describing: error))",
    sourceLocation: location
  )
}
