import RandomStreams

/// Divides images into splits so that every class keeps its share in each. A class whose share is
/// less than one image still gets one, in the train split first, as far as its images go.
struct StratifiedSplit {
  private(set) var indices: [Split: [Int]] = [:]

  /// - Parameters:
  ///   - labels: of all images; the last `testCount` are the source's own test part.
  ///   - testCount: 0 when the source has no test part; then `test` is taken from all images.
  ///   - searchCount: the images before the test part are the source's own search part; 0 when it
  ///     has none, then `search` is taken from the training images.
  /// - Throws: `ImageDataError` of kind `notEnoughImages`.
  init(
    labels: [Int32],
    testCount: Int,
    searchCount: Int = 0,
    sizes: SplitSizes,
    stream: RandomStream,
    path: String
  ) throws {
    let ownSearch = (labels.count - testCount - searchCount)..<(labels.count - testCount)
    let trainingCount = ownSearch.lowerBound
    var training = Pool(labels, 0..<trainingCount, stream.substream(0))
    if testCount > 0 {
      var own = Pool(labels, ownSearch.upperBound..<labels.count, stream.substream(1))
      indices[.test] = try own.take(
        sizes.test ?? testCount,
        for: .test,
        from: "the source's test part",
        path
      )
    } else {
      indices[.test] = try training.take(
        sizes.test ?? labels.count / 6,
        for: .test,
        from: "the source",
        leaving: 1,
        path
      )
    }
    if searchCount > 0 {
      var own = Pool(labels, ownSearch, stream.substream(2))
      indices[.search] = try own.take(
        sizes.search ?? searchCount,
        for: .search,
        from: "the source's search part",
        path
      )
    } else {
      indices[.search] = try training.take(
        sizes.search ?? trainingCount / 10,
        for: .search,
        from: "the training images",
        leaving: 1,
        path
      )
    }
    indices[.train] = try training.take(
      sizes.train ?? training.count,
      for: .train,
      from: "the training images",
      path
    )
  }

  /// Images not yet given to a split, in a random order for each class.
  private struct Pool {
    private var classes: [[Int]]
    /// Images of each class at first.
    private let totals: [Int]

    init(_ labels: [Int32], _ range: Range<Int>, _ stream: RandomStream) {
      classes = Array(repeating: [], count: Int(labels.max() ?? -1) + 1)
      for index in range { classes[Int(labels[index])].append(index) }
      for number in classes.indices {
        var stream = stream.substream(UInt64(number))
        stream.shuffle(&classes[number])
      }
      totals = classes.map(\.count)
    }

    var count: Int { classes.reduce(0) { $0 + $1.count } }

    /// Takes each class's share, rounded by the largest remainder so that the sizes add up.
    ///
    /// - Parameter reserve: images of each class to leave for the splits that come after.
    mutating func take(
      _ size: Int,
      for split: Split,
      from source: String,
      leaving reserve: Int = 0,
      _ path: String
    ) throws -> [Int] {
      let available = count
      guard size >= 1, size <= available else {
        throw ImageDataError(
          .notEnoughImages,
          path,
          "split \(split.rawValue) is to have \(size) images, \(available) are left of \(source)",
          remedy: size < 1
            ? "Every split needs at least 1 image: say how many, such as --search 1 --test 1."
            : "Choose smaller splits."
        )
      }
      var quotas = classes.map { $0.count * size / available }
      let missing = size - quotas.reduce(0, +)
      let byRemainder = classes.indices.sorted { a, b in
        let (first, second) = (
          classes[a].count * size % available, classes[b].count * size % available
        )
        return first != second ? first > second : a < b
      }
      for number in byRemainder.prefix(missing) { quotas[number] += 1 }
      balance(&quotas, leaving: reserve)
      var taken: [Int] = []
      taken.reserveCapacity(size)
      for number in classes.indices {
        taken += classes[number].suffix(quotas[number])
        classes[number].removeLast(quotas[number])
      }
      return taken.sorted()
    }

    /// Moves single images between the quotas of rare and common classes, so that each class leaves
    /// `reserve` images where it has them, and gives one where it has more. The sum stays, and
    /// nothing changes where no class is rare. Where too few images are left over so, classes of so
    /// few images give all first. A split that is too small for an image of each is left as it is.
    private func balance(_ quotas: inout [Int], leaving reserve: Int) {
      let size = quotas.reduce(0, +)
      var most = classes.map { max(0, $0.count - reserve) }
      if most.reduce(0, +) < size {
        for number in most.indices where totals[number] <= reserve {
          most[number] = classes[number].count
        }
      }
      if most.reduce(0, +) < size { most = classes.map(\.count) }
      var least = most.map { min(1, $0) }
      if least.reduce(0, +) > size { least = most.map { _ in 0 } }
      for number in quotas.indices {
        quotas[number] = min(max(quotas[number], least[number]), most[number])
      }
      // What is too much is taken one by one from the classes that can spare most, what is missing
      // given to those that have most left.
      var excess = quotas.reduce(0, +) - size
      let step = excess.signum()
      let slack = quotas.indices.map {
        step > 0 ? quotas[$0] - least[$0] : most[$0] - quotas[$0]
      }
      let order = quotas.indices.filter { slack[$0] > 0 }.sorted {
        slack[$0] != slack[$1] ? slack[$0] > slack[$1] : $0 < $1
      }
      var round = 0
      while excess != 0, round < size {
        for number in order where excess != 0 && slack[number] > round {
          quotas[number] -= step
          excess -= step
        }
        round += 1
      }
    }
  }
}
