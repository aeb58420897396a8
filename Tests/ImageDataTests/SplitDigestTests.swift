import TestSupport
import Testing

@testable import ImageArrays
@testable import ImageData

/// The digest of a split says which images it holds, and nothing else.
@Suite struct SplitDigestTests {
  private func digests(
    _ name: String,
    seed: UInt64 = 5,
    change: (inout [UInt8]) -> Void = { _ in }
  ) throws -> [Split: String] {
    let folder = try TemporaryFolder()
    var bytes = pixels(60 * 30, "train")
    change(&bytes)
    let source = try IDXSource(
      training: .init(
        images: folder.put(idx([60, 6, 5], bytes), "\(name)-images"),
        labels: folder.put(idx([60], (0..<60).map { UInt8($0 % 3) }), "\(name)-labels")
      ),
      test: idxPair(folder, "test", count: 12)
    )
    try DatasetWriter(sizes: SplitSizes(search: 15), seed: seed)
      .write(source, to: folder.file("a.h5"))
    let data = try ImageDataset.open(folder.file("a.h5"))
    return try Dictionary(
      uniqueKeysWithValues: Split.allCases.map { ($0, try data.digest(of: $0)) }
    )
  }

  @Test func dependsOnTheImagesOfTheSplitAlone() throws {
    let first = try digests("one")
    #expect(Set(first.values).count == 3)
    // Imported again from files of other names.
    #expect(try digests("two") == first)
    // Divided otherwise; the test images are the source's own.
    let other = try digests("one", seed: 6)
    #expect(other[.train] != first[.train] && other[.search] != first[.search])
    #expect(other[.test] == first[.test])
    // One pixel of one image.
    let changed = try digests("one") { $0[31] ^= 1 }
    #expect(changed.filter { first[$0.key] != $0.value }.count == 1)
  }
}
