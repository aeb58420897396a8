import Foundation
import TestSupport
import Testing

@testable import ImageArrays
@testable import ImageData

@Suite struct DuplicateTests {
  /// 20 images of which 1 is also 3 (another class), 4 also 16 and 18 (the test part).
  private func dataset(_ folder: TemporaryFolder) throws -> ImageDataset {
    func pixels(_ image: Int) -> [UInt8] { ImageDataTests.pixels(30, "\(image)") }
    let sources = (0..<20).map { [3: 1, 16: 4, 18: 4][$0] ?? $0 }
    func pair(_ range: Range<Int>, _ name: String) throws -> IDXSource.Pair {
      .init(
        images: try folder.put(
          idx([range.count, 6, 5], sources[range].flatMap(pixels)),
          "\(name)-images"
        ),
        labels: try folder.put(
          idx([range.count], range.map { UInt8($0 == 3 ? 1 : 0) }),
          "\(name)-labels"
        )
      )
    }
    let source = try IDXSource(training: pair(0..<16, "train"), test: pair(16..<20, "test"))
    let path = folder.file("d.h5")
    try DatasetWriter(sizes: SplitSizes(search: 2), seed: 1).write(source, to: path)
    return try ImageDataset.open(path)
  }

  @Test func equalPixelsAreFound() throws {
    let dataset = try dataset(TemporaryFolder())
    let found = dataset.duplicates()
    #expect(found.groups.map { $0.map(\.index) } == [[1, 3], [4, 16, 18]])
    #expect((found.imageCount, found.groupsAcrossClasses) == (5, 1))
    #expect(found.contradictions.map { $0.map(\.label) } == [["0", "1"]])
    let split = try #require(Split.allCases.first { dataset.indices(of: $0).contains(4) })
    #expect(found.between(split, .test).map { $0.map(\.index) } == [[4, 16, 18]])
    #expect(found.within(.test).count == 1)
    #expect(found.groups[1].map(\.title) == ["image 4", "image 16", "image 18"])
  }

  @Test func importsSaySo() throws {
    let dataset = try dataset(TemporaryFolder())
    let lines = dataset.info.provenance.notes.map(\.line)
    #expect(
      lines.contains("2 images with the pixels of an image of another class: image 1, image 3")
    )
    #expect(lines.contains("1 image of test with the pixels of another one there: image 18"))
    #expect(lines.contains { $0.hasPrefix("2 images of test with the pixels of an image of ") })
  }

  @Test func differentImagesAreNotDuplicates() throws {
    let folder = try TemporaryFolder()
    #expect(try smallDataset(folder).duplicates().groups.isEmpty)
  }
}
