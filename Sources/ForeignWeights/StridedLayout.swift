/// Where the elements of a tensor lie in its storage, counted in elements. A layout that exists has
/// been checked: every element lies in the storage, and no sum or product overflows.
struct StridedLayout: Sendable, Hashable {
  static let maximumRank = 64
  /// How many elements a view may have beyond those of its storage (`expand` gives such views).
  static let maximumRepeated = 1 << 24

  let offset: Int
  let shape: [Int]
  let strides: [Int]
  let count: Int
  /// The part of the storage from the first element to the last.
  let span: Range<Int>

  init(
    offset: Int,
    shape: [Int],
    strides: [Int],
    storageCount: Int,
    part: String
  ) throws(ImportError) {
    guard shape.count == strides.count, shape.count <= Self.maximumRank else {
      throw ImportError(
        .damaged(
          part: part,
          reason: "it has \(shape.count) dimensions and \(strides.count) strides"
        )
      )
    }
    guard offset >= 0, shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 }) else {
      throw ImportError(
        .damaged(part: part, reason: "negative sizes: shape \(shape), strides \(strides)")
      )
    }
    let beyond = ImportError(
      .damaged(
        part: part,
        reason:
          "shape \(shape) with strides \(strides) from \(offset) leaves its storage of \(storageCount) elements"
      )
    )
    let isEmpty = shape.contains(0)
    var count = isEmpty ? 0 : 1
    var last = offset
    if !isEmpty {
      for (size, stride) in zip(shape, strides) {
        let (product, productOverflows) = count.multipliedReportingOverflow(by: size)
        let (step, stepOverflows) = (size - 1).multipliedReportingOverflow(by: stride)
        let (sum, sumOverflows) = last.addingReportingOverflow(step)
        guard !productOverflows, !stepOverflows, !sumOverflows else { throw beyond }
        count = product
        last = sum
      }
      guard last < storageCount else { throw beyond }
    }
    guard count <= max(storageCount, Self.maximumRepeated) else {
      throw ImportError(
        .limitExceeded(part: "the repeated elements of \(part)", limit: Self.maximumRepeated)
      )
    }
    self.offset = offset
    self.shape = shape
    self.strides = strides
    self.count = count
    span = isEmpty ? 0..<0 : offset..<(last + 1)
  }

  /// Whether the elements lie in row-major order without gaps.
  var isContiguous: Bool {
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      guard stride == expected else { return false }
      expected *= size
    }
    return true
  }

  /// Calls `body` with the position of each element, relative to the start of `span`, in row-major
  /// order.
  func forEachPosition(_ body: (Int) -> Void) {
    guard count > 0 else { return }
    if isContiguous {
      for position in 0..<count { body(position) }
      return
    }
    var index = [Int](repeating: 0, count: shape.count)
    var position = 0
    for _ in 0..<count {
      body(position)
      var dimension = shape.count - 1
      while dimension >= 0 {
        index[dimension] += 1
        position += strides[dimension]
        if index[dimension] < shape[dimension] { break }
        position -= strides[dimension] * shape[dimension]
        index[dimension] = 0
        dimension -= 1
      }
    }
  }
}
