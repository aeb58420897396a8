import AtomicFiles
import Configuration
import Families
import Foundation
import HDF5
import ImageData
import Runs

/// The images that a family's members were tested on, where their data set is at hand.
struct TestImages {
  private let data: ImageDataset
  private let indices: [Int]

  /// - Parameters:
  ///   - path: where the data set was said to be; nil to look where the configuration has it.
  ///   - bases: folders that a relative path of the configuration is understood from.
  ///   - notes: is told why there are none.
  /// - Returns: nil where the data set is not at hand or has no images that a page can show.
  /// - Throws: `HDF5Error` or `ImageDataError` for a file that was given and is no data set, and
  ///   ``RunError/invalidInput(_:)`` for one with other images.
  static func find(
    of family: Family,
    at path: String?,
    _ configuration: RunConfiguration?,
    bases: [String],
    notes: inout [String]
  ) throws -> TestImages? {
    if let path {
      let data = try ImageDataset.open(path)
      guard try isOf(family, data) else {
        throw RunError.invalidInput(
          "\(path): these are not the images that the family was tested on (sha256 "
            + "\(family.provenance.dataDigest) then, \(data.digest) now); give the data set of the run"
        )
      }
      return TestImages(data, notes: &notes)
    }
    let input = configuration.flatMap { configuration in
      InputFiles(bases: bases).inputs(of: configuration).first { $0.key == "data.file" }
    }
    guard let input, input.isThere else {
      notes.append(
        "The data set is not at hand, so flipping images are named and not shown; 'regnas report --data "
          + "FILE' shows them."
      )
      return nil
    }
    do {
      let data = try ImageDataset.open(input.located)
      if try isOf(family, data) { return TestImages(data, notes: &notes) }
      notes.append(
        "The data set has changed since the family was made, so flipping images are named and not shown."
      )
    } catch {
      notes.append(
        "The data set cannot be read, so flipping images are named and not shown: \(error)"
      )
    }
    return nil
  }

  private init?(_ data: ImageDataset, notes: inout [String]) {
    self.data = data
    indices = data.indices(of: .test)
    guard [1, 3].contains(data.shape.channels) else {
      notes.append(
        "Images of \(data.shape.channels) channels have no colours that a page can show; flipping images "
          + "are named."
      )
      return nil
    }
  }

  private static func isOf(_ family: Family, _ data: ImageDataset) throws -> Bool {
    guard data.indices(of: .test).count == family.report.testImages else { return false }
    if data.digest == family.provenance.dataDigest { return true }
    guard let expected = family.provenance.testDigest else { return false }
    return try data.digest(of: .test) == expected
  }

  /// What the data set calls the images of the test split; nil where it has no names.
  var names: [String]? {
    data.imageNames.map { names in indices.map { names[$0] } }
  }

  /// - Parameter number: in the test split, from 0.
  /// - Throws: ``Thumbnail/Failure``.
  func address(of number: Int) throws -> String {
    try Thumbnail.address(data.bytes(of: [indices[number]]), data.shape)
  }
}
