import HDF5
import ImageData

/// The arrays of an HDF5 file.
struct HDF5ArrayFile: ArrayFile {
  let path: String
  let format = "hdf5"
  private let root: HDF5Group
  /// MATLAB writes the dimensions the other way round, and its name before the file.
  private let isReversed: Bool

  init(_ path: String, start: [UInt8]) throws {
    self.path = path
    isReversed = start.starts(with: Array("MATLAB 7.3".utf8))
    root = try HDF5File.open(path).root
  }

  var names: [String] { root.datasets(limit: 1000).map(\.name) }

  func summaries() -> [String] { listing().map(\.summary) }

  private func listing() -> [HDF5ForeignArray] {
    root.datasets(limit: Self.listed + 1).map { make($0.dataset, $0.name) }
  }

  private func make(_ dataset: HDF5Dataset, _ name: String) -> HDF5ForeignArray {
    HDF5ForeignArray(dataset, path, name, isReversed: isReversed)
  }

  func array(_ name: String?) throws -> any ForeignArray {
    guard let name else {
      let all = listing()
      guard all.count == 1 else {
        throw ImageDataError(.misuse, path, "it is not said which array to take", remedy: choice)
      }
      return all[0]
    }
    let plain = name.split(separator: "/").joined(separator: "/")
    guard !plain.isEmpty, try root.exists(plain) else { throw missing(name) }
    return make(try root.dataset(plain), name)
  }
}

final class HDF5ForeignArray: ForeignArray {
  let path: String
  let name: String
  let isReversed: Bool
  private let dataset: HDF5Dataset

  init(_ dataset: HDF5Dataset, _ path: String, _ name: String, isReversed: Bool) {
    (self.dataset, self.path, self.name, self.isReversed) = (dataset, path, name, isReversed)
  }

  var shape: [Int] { dataset.shape }
  var elementType: HDF5ElementType { dataset.elementType }
  var isBoolean: Bool { dataset.isBoolean }

  func blockLength(along axis: Int, near bytes: Int, elementSize: Int) -> Int {
    dataset.blockLength(along: axis, near: bytes, elementSize: elementSize)
  }

  /// - Throws: `HDF5Error`, of kind `mismatch` when part of the array was never written.
  func checkWritten() throws { try dataset.checkWritten() }

  func bytes(_ range: Range<Int>, axis: Int) throws -> [UInt8] {
    try dataset.readSlab(range, axis: axis)
  }

  func numbers(_ range: Range<Int>, axis: Int) throws -> [Double] {
    try dataset.readSlab(range, axis: axis)
  }

  func texts() throws -> [String] { try dataset.readStrings().values }
}
