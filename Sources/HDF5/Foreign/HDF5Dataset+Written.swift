import CHDF5

extension HDF5Dataset {
  /// What was never written reads as a fill value, mostly 0, without a word.
  ///
  /// - Throws: `HDF5Error` of kind `mismatch` naming the rows that were never written.
  package func checkWritten() throws {
    guard count > 0 else { return }
    switch storage {
    case .contiguous, .chunked:
      try withLibrary {
        let place = place("read")
        let dataset = try openObject(place)
        try checkAllocation(of: dataset.id, shape: shape, storage, place)
      }
    case .compact, .virtual: return
    }
  }
}

/// Under the lock.
func checkAllocation(
  of dataset: hid_t,
  shape: [Int],
  _ storage: StorageKind,
  _ place: Place
) throws {
  guard case .chunked(let chunk) = storage else {
    var status = H5D_SPACE_STATUS_ALLOCATED
    try place.check(H5Dget_space_status(dataset, &status), or: .damagedFile)
    guard status == H5D_SPACE_STATUS_NOT_ALLOCATED else { return }
    throw unwritten("it was never written", place)
  }
  let space = try place.own(H5Dget_space(dataset), H5Sclose, or: .damagedFile)
  var written: hsize_t = 0
  try place.check(H5Dget_num_chunks(dataset, space.id, &written), or: .damagedFile)
  let counts = zip(shape, chunk).map { ($0 - 1) / max(1, $1) + 1 }
  let expected = counts.reduce(1.0) { $0 * Double($1) }
  guard Double(written) < expected else { return }
  guard written > 0 else { throw unwritten("it was never written", place) }
  guard let rows = firstUnwritten(dataset, counts, chunk, shape[0]) else {
    throw unwritten("\(written) of its \(Int(expected)) chunks were written", place)
  }
  throw unwritten("rows \(rows.lowerBound) to \(rows.upperBound - 1) were never written", place)
}

private func unwritten(_ cause: String, _ place: Place) -> HDF5Error {
  place.error(
    .mismatch,
    cause,
    remedy: "Write them, or cut the array and its labels to the rows there are: "
      + "d.resize(rows, axis=0) in h5py."
  )
}

/// The first run of rows that lack chunks, as far as some ten thousand look-ups tell.
private func firstUnwritten(
  _ dataset: hid_t,
  _ counts: [Int],
  _ chunk: [Int],
  _ rows: Int
) -> Range<Int>? {
  let across = counts.dropFirst().reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
  guard across > 0, across < 10_000, counts[0] < 200_000 else { return nil }
  var lookUps = 0
  var first: Int?
  for band in 0..<counts[0] {
    var isWhole = true
    for number in 0..<across where isWhole {
      lookUps += 1
      guard lookUps < 200_000 else { return nil }
      var rest = number
      var offset = [hsize_t](repeating: 0, count: counts.count)
      for axis in counts.indices.dropFirst().reversed() {
        offset[axis] = hsize_t(rest % counts[axis] * chunk[axis])
        rest /= counts[axis]
      }
      offset[0] = hsize_t(band * chunk[0])
      var size: hsize_t = 0
      isWhole = H5Dget_chunk_storage_size(dataset, offset, &size) >= 0 && size > 0
    }
    _ = errorStack()
    switch (first, isWhole) {
    case (nil, false): first = band
    case (let start?, true): return (start * chunk[0])..<(band * chunk[0])
    default: continue
    }
  }
  return first.map { ($0 * chunk[0])..<rows }
}
