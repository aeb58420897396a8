import Families
import FlipMetrics
import HDF5
import ImageData
import PictureFolders
import RunFixtures
import Search
import TestSupport
import Testing

@testable import Predicting

/// What a member of a family predicts now is what was stored when the family was made.
@Suite(.serialized) struct MemberClassifierTests {
  private func sampled(resolutions: [Int]) throws -> SmallRun {
    var small = try SmallRun()
    small.configuration.space.resolutions = resolutions
    let run = try small.start("run")
    try run.train()
    _ = try run.sampleFamily(
      FamilySettings(small.configuration),
      to: small.folder.file("family.h5"),
      overwrite: false
    )
    return small
  }

  @Test(arguments: [[], [12, 16]])
  func predictionsAreThoseOfTheFamily(resolutions: [Int]) throws {
    let small = try sampled(resolutions: resolutions)
    let path = small.folder.file("family.h5")
    let family = try Family(contentsOf: path)
    let data = try ImageDataset.open(small.configuration.data.file)
    for number in 1...2 {
      let model = try MemberClassifier(number, of: family, path: path)
      for (split, stored) in [
        (Split.search, family.members[number - 1].search),
        (Split.test, family.members[number - 1].test),
      ] {
        let found = try model.predictions(data, split)
        #expect(found.classes == stored.classes && found.labels == stored.labels)
        // To the bit, since it is computed as it was then.
        #expect(found.probabilities == stored.probabilities)
      }
    }
    guard resolutions.isEmpty else { return }
    try theRankingIsOfAllClasses(family, path, data)
    try aFileOfThemIsRead(family, path, data, small.folder)
    try picturesAreTheSameImages(family, path, data, small.folder)
    try otherImagesAreRefused(family, path, small.folder)
  }

  private func theRankingIsOfAllClasses(
    _ family: Family,
    _ path: String,
    _ data: ImageDataset
  ) throws {
    let model = try MemberClassifier(2, of: family, path: path)
    let indices = data.indices(of: .test)
    for (ranking, index) in zip(try model.rank(data, indices, top: 3), indices) {
      #expect(Set(ranking.top.map(\.label)) == [0, 1, 2])
      #expect(ranking.top.map(\.probability) == ranking.top.map(\.probability).sorted(by: >))
      #expect(abs(ranking.top.reduce(0) { $0 + $1.probability } - 1) < 1e-5)
      let truth = ranking.top.first { $0.label == Int(data.labels[index]) }
      #expect(ranking.ofTrueClass == truth?.probability)
    }
  }

  private func aFileOfThemIsRead(
    _ family: Family,
    _ path: String,
    _ data: ImageDataset,
    _ folder: TemporaryFolder
  ) throws {
    let model = try MemberClassifier(1, of: family, path: path)
    func write(_ splits: [Split], _ name: String) throws -> String {
      try PredictionsFile.write(
        splits.map {
          .init(
            $0.rawValue,
            try model.predictions(data, $0),
            digest: try data.digest(of: $0)
          )
        },
        classNames: data.classNames,
        identity: ["kind": "test"],
        to: folder.file(name)
      )
      return folder.file(name)
    }
    let both = try write([.search, .test], "both.h5")
    let one = try write([.test], "one.h5")
    _ = try write([.test], "again.h5")
    #expect(folder.bytes("one.h5") == folder.bytes("again.h5"))
    for file in [both, one] {
      let stored = try StoredPredictions(contentsOf: file, split: "test")
      #expect(stored.predictions == family.members[0].test)
      #expect(try stored.splitDigest == data.digest(of: .test))
      #expect(stored.classNames == ["a", "b", "c"])
    }
    // Readers of version 1 expect both splits, and find all they know.
    #expect(try PredictionsFile.read(both).content.test == family.members[0].test.classes)
    let headers = try [both, one].map {
      try FileHeader.read(
        from: HDF5File.open($0),
        expecting: PredictionsFile.format,
        readerVersion: 2
      ).minimumReaderVersion
    }
    #expect(headers == [1, 2])
    let error = #expect(throws: HDF5Error.self) {
      try StoredPredictions(contentsOf: one, split: "search")
    }
    #expect(error?.kind == .missingObject && "\(error!)".contains("It has some for: test"))
    // Beside a member, with the labels of either.
    let models = [ModelChoice(one), ModelChoice(path + ":1")]
    for source in [nil, data.path] {
      let compared = try ComparedModels(models, split: .test, data: source)
      #expect(compared.notes.isEmpty)
      #expect(try compared.compare(0, 1).report.churn == 0)
    }
    #expect(throws: HDF5Error.self) { try ComparedModels(models, split: .search, data: nil) }
  }

  /// A picture of an image's size is that image.
  private func picturesAreTheSameImages(
    _ family: Family,
    _ path: String,
    _ data: ImageDataset,
    _ folder: TemporaryFolder
  ) throws {
    let indices = data.indices(of: .test)
    let paths = try indices.map {
      try folder.put(bitmap(data.bytes(of: [$0]), side: 16), "pictures/\($0).bmp")
    }
    var list = try PictureList(paths, size: 16, channels: 1, background: .white)
    #expect(try list.images(0..<paths.count) == data.bytes(of: indices))
    let model = try MemberClassifier(1, of: family, path: path)
    let ranking = try model.rank(list.images(0..<paths.count), list.shape, top: 1)
    #expect(ranking.map { Int32($0.top[0].label) } == family.members[0].test.classes)
    #expect(list.notes.isEmpty)
  }

  private func otherImagesAreRefused(
    _ family: Family,
    _ path: String,
    _ folder: TemporaryFolder
  ) throws {
    try SmallRun.writeData(to: folder.file("two.h5"), seed: 1, classes: 2)
    let two = try ImageDataset.open(folder.file("two.h5"))
    let model = try MemberClassifier(1, of: family, path: path)
    let error = #expect(throws: PredictingError.self) { try model.predictions(two, .test) }
    #expect("\(error!)".contains("2 classes, and the model tells 3 apart"))
    for number in [0, 3] {
      let error = #expect(throws: PredictingError.self) {
        try MemberClassifier(number, of: family, path: path)
      }
      #expect("\(error!)".contains("has 2 members, and no member \(number)"))
    }
  }
}

/// A BMP of 24 bits for each pixel, rows from the bottom up.
private func bitmap(_ grey: [UInt8], side: Int) -> [UInt8] {
  func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  var rows: [UInt8] = []
  for row in (0..<side).reversed() {
    for pixel in grey[row * side..<(row + 1) * side] { rows += [pixel, pixel, pixel] }
    while rows.count % 4 != 0 { rows.append(0) }
  }
  var header = Array("BM".utf8)
  for field in [54 + rows.count, 0, 54, 40, side, side] { header += little(field, 4) }
  header += little(1, 2) + little(24, 2)
  for field in [0, rows.count, 2835, 2835, 0, 0] { header += little(field, 4) }
  return header + rows
}
