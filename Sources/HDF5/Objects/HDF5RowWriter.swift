import AtomicFiles
import CHDF5

/// Writes a data set row block by row block, so that it need never be in memory as a whole.
///
/// ```swift
/// let writer = try group.createRows("images", of: UInt8.self, rowShape: [28, 28, 1], rows: 70_000)
/// while let block = try reader.next() { try writer.append(block) }
/// try writer.finish()
/// ```
package final class HDF5RowWriter<Element: HDF5Scalar> {
  private let dataset: HDF5Dataset
  private let rowShape: [Int]
  /// The number of rows promised; `nil` for a data set that grows.
  private let promised: Int?
  private var crc = CRC32()
  package private(set) var rowCount = 0

  init(_ dataset: HDF5Dataset, rowShape: [Int], promised: Int?) {
    self.dataset = dataset
    self.rowShape = rowShape
    self.promised = promised
  }

  /// Appends whole rows.
  ///
  /// - Throws: `HDF5Error` of kind `misuse` when they are not whole rows or more than promised, or
  ///   `inputOutput`.
  package func append(_ values: [Element]) throws {
    try values.withUnsafeBufferPointer { try append($0) }
  }

  package func append(_ values: UnsafeBufferPointer<Element>) throws {
    let place = dataset.place("write")
    let rowSize = rowShape.reduce(1, *)
    guard rowSize > 0, values.count % rowSize == 0 else {
      throw place.error(.misuse, "\(values.count) elements are not rows of shape \(rowShape)")
    }
    let rows = rowCount..<(rowCount + values.count / rowSize)
    if let promised, rows.upperBound > promised {
      throw place.error(.misuse, "more rows were written than the \(promised) promised")
    }
    guard !values.isEmpty, let type = Element.elementType.standardType else { return }
    try dataset.withLibrary {
      let opened = try dataset.openObject(place)
      if promised == nil {
        let shape = ([rows.upperBound] + rowShape).map { hsize_t($0) }
        try place.check(H5Dset_extent(opened.id, shape), or: .inputOutput)
      }
      let shape = [rows.upperBound] + rowShape
      let selection = try selectRows(opened.id, rows, shape: shape, place)
      let memory = try space([rows.count] + rowShape, place)
      try place.check(
        H5Dwrite(
          opened.id,
          type,
          memory.id,
          selection.id,
          chdf5_default(),
          values.baseAddress
        ),
        or: .inputOutput
      )
    }
    crc.update(UnsafeRawBufferPointer(values))
    rowCount = rows.upperBound
  }

  /// Stores the checksum of everything written.
  ///
  /// - Throws: `HDF5Error` of kind `misuse` when promised rows are missing, or `inputOutput`.
  package func finish() throws {
    if let promised, rowCount != promised {
      throw dataset.place("write").error(
        .misuse,
        "\(rowCount) rows were written, \(promised) were promised"
      )
    }
    try dataset.setAttribute(HDF5Dataset.checksumAttribute, Int64(crc.value))
  }
}

extension HDF5Group {
  /// Creates a data set of shape `[rows] + rowShape` to be written row block by row block.
  ///
  /// - Parameters:
  ///   - rows: `nil` for a data set that grows with every block; it must be chunked.
  ///   - layout: a chunk shape has one more dimension than `rowShape`.
  package func createRows<Element: HDF5Scalar>(
    _ name: String,
    of type: Element.Type,
    rowShape: [Int],
    rows: Int?,
    layout: HDF5Layout = .contiguous
  ) throws -> HDF5RowWriter<Element> {
    let place = place("create", child: name)
    guard (rowShape + [rows ?? 0]).allSatisfy({ $0 >= 0 }), rows != nil || layout != .contiguous
    else {
      throw place.error(
        .misuse,
        "\(rowShape) is no shape, or a growing data set is to be contiguous"
      )
    }
    try withLibrary {
      guard let standard = Element.elementType.standardType else { return }
      _ = try create(
        name,
        standard,
        shape: [rows ?? 0] + rowShape,
        growing: rows == nil,
        layout: layout,
        place
      )
    }
    return HDF5RowWriter(try dataset(name), rowShape: rowShape, promised: rows)
  }
}
