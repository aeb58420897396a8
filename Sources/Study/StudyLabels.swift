import AtomicFiles
import Families
import FlipMetrics
import Foundation
import HDF5
import ImageData

/// The true classes of a study's images, and which images they are: `labels.h5`, format `regnas.labels`,
/// from which figures can be computed without the data set.
///
///     attributes
///       name                         the study's
///       data-sha256                  of the content of the data set
///       search-sha256, test-sha256   of the images and labels of the splits
///     class-names                    text [classes]
///     search, test                   uint16 [images]
package struct StudyLabels: Sendable, Equatable {
  package static let format = "regnas.labels"
  package static let fileName = "labels.h5"

  /// The study's name.
  package let name: String
  package let dataDigest: String
  package let searchDigest: String
  package let testDigest: String
  package let classNames: [String]
  package let search: [Int32]
  package let test: [Int32]

  package var classCount: Int { classNames.count }

  package init(_ data: ImageDataset, name: String) throws {
    self.init(
      name: name,
      dataDigest: data.digest,
      searchDigest: try data.digest(of: .search),
      testDigest: try data.digest(of: .test),
      classNames: data.classNames,
      search: data.indices(of: .search).map { data.labels[$0] },
      test: data.indices(of: .test).map { data.labels[$0] }
    )
  }

  package init(
    name: String,
    dataDigest: String,
    searchDigest: String,
    testDigest: String,
    classNames: [String],
    search: [Int32],
    test: [Int32]
  ) {
    self.name = name
    self.dataDigest = dataDigest
    self.searchDigest = searchDigest
    self.testDigest = testDigest
    self.classNames = classNames
    self.search = search
    self.test = test
  }

  package func write(to path: String, storage: some Storage = SystemStorage()) throws {
    let header = try FileHeader(format: Self.format, of: dataDigest)
    try Artefact.write(header, to: path, storage: storage) { root in
      try root.setAttribute("name", name)
      try root.setAttribute("data-sha256", dataDigest)
      try root.setAttribute("search-sha256", searchDigest)
      try root.setAttribute("test-sha256", testDigest)
      try root.write("class-names", strings: classNames, shape: [classNames.count])
      for (split, labels) in [("search", search), ("test", test)] {
        _ = try root.write(
          split,
          labels.map { UInt16($0) },
          shape: [labels.count],
          layout: .chunked([max(1, labels.count)], deflate: 9)
        )
      }
    }
  }

  /// Throws `HDF5Error`.
  package init(contentsOf path: String) throws {
    let root = try Artefact.open(path, expecting: Self.format, readerVersion: 1).file.root
    name = try root.attribute("name")
    dataDigest = try root.attribute("data-sha256")
    searchDigest = try root.attribute("search-sha256")
    testDigest = try root.attribute("test-sha256")
    let names = try root.readStrings("class-names").values
    classNames = names
    func labels(_ split: String) throws -> [Int32] {
      let labels = try root.read(split, as: UInt16.self).values.map(Int32.init)
      guard labels.allSatisfy({ $0 < names.count }) else {
        throw HDF5Error(
          .damagedFile,
          file: path,
          object: split,
          operation: "read",
          cause: "a label is no class of the \(names.count)"
        )
      }
      return labels
    }
    search = try labels("search")
    test = try labels("test")
  }

  /// 0 where the prediction is right.
  func error(_ prediction: Int32, of label: Int32) -> Int {
    let count = classCount
    return ((Int(prediction) - Int(label)) % count + count) % count
  }

  func prediction(_ error: Int, of label: Int32) -> Int32 {
    Int32((Int(label) + error) % classCount)
  }
}
