import Families
import FlipMetrics
import Foundation
import ImageData
import RandomStreams
import SearchSpaces
import Supernet
import Torch

/// What someone could call a class to break a page.
let hostileName = "</script><script>alert('x')</script>&amp;\"<\u{338}b>\u{1}]]>"

/// Noise of any number of classes, which a data set file can be made of.
final class NoiseImages: ImageSource {
  let importer = "noise"
  let options = ""
  let path = "noise"
  let shape: ImageShape
  let count: Int
  let testCount: Int
  let classNames: [String]?
  let files: [SourceFile] = []
  var imageNames: [String]? { (0..<count).map { "<i>\($0)&.png" } }

  init(_ names: [String], side: Int, channels: Int, test: Int) {
    classNames = names
    shape = ImageShape(height: side, width: side, channels: channels)
    testCount = test
    count = 4 * names.count + test
  }

  func read(_ body: ([UInt8], [Int32]) throws -> Void) throws {
    var stream = RandomStream(seed: 7, name: "noise")
    let pixels = (0..<count * shape.byteCount).map { _ in UInt8(stream.uniform(below: 256)) }
    try body(pixels, (0..<count).map { Int32($0 % (classNames?.count ?? 1)) })
  }

  /// Their data set: a search image and a test image at least of every class.
  func write(to path: String) throws -> ImageDataset {
    let classes = classNames?.count ?? 1
    try DatasetWriter(
      sizes: SplitSizes(train: 2 * classes, search: 2 * classes, test: testCount),
      seed: 1,
      overwrite: true
    ).write(self, to: path)
    return try ImageDataset.open(path)
  }
}

/// A family that no search has made: its members' predictions are drawn, and so are its evaluations.
struct SyntheticFamily {
  var classNames: [String]
  var testImages = 200
  var members = 3
  var evaluations = 20
  var dataDigest = "d"
  var dataFile = "data.h5"
  var labels: [Int32]?

  init(classNames: [String]) { self.classNames = classNames }

  private func space() throws -> ResNet50Space {
    var configuration = ResNet50Space.Configuration()
    configuration.name = "least <&>"
    configuration.inputChannels = 1
    configuration.classes = classNames.count
    configuration.resolutions = [8]
    configuration.stemWidth = 8
    configuration.poolStride = 1
    configuration.stages = Array(
      repeating: .init(width: 8, stride: 1, baseDepth: 2),
      count: 3
    )
    configuration.expands = [0.25, 0.5, 1]
    configuration.widths = [1]
    return try ResNet50Space(configuration)
  }

  func make() throws -> Family {
    let space = try space()
    let supernet = try Supernet(oracle: space, elementType: .float32)
    var stream = RandomStream(seed: 5, name: "synthetic")
    let classes = classNames.count
    let labels = labels ?? (0..<testImages).map { Int32($0 % classes) }
    let networks = [space.smallest] + Array(repeating: space.largest, count: members - 1)
    func predictions() throws -> Predictions {
      let predicted = labels.map { label in
        stream.uniform(below: 10) < 7 ? label : Int32(stream.uniform(below: classes))
      }
      let sure = labels.map { _ in Float(stream.uniform(below: 1000)) / 1000 }
      return try Predictions(
        classes: predicted,
        labels: labels,
        probabilities: .init(predicted: sure, trueClass: sure)
      )
    }
    let all = try networks.map { architecture in
      let test = try predictions()
      return Family.Member(
        architecture: architecture,
        of: space,
        search: test,
        test: test,
        weights: try supernet.withStoredStatistics(architecture).extract().state()
      )
    }
    let figures = try all.indices.map { index in
      FamilyReport.Member(
        architecture: space.code(all[index].architecture),
        macs: 1_000_000 * (index + 1),
        parameters: 1000 * (index + 1),
        cost: 1_000_000 * (index + 1),
        budget: 1_200_000 * (index + 1),
        searchReward: 0.5,
        accuracy: .init(all[index].test.correctCount, of: labels.count),
        flips: try (0..<index).map { smaller in
          try FlipReport(
            reference: "member \(smaller + 1)",
            candidate: "member \(index + 1)",
            referencePredictions: all[smaller].test,
            candidatePredictions: all[index].test,
            resamples: 50,
            from: &stream
          )
        },
        containsSmaller: true
      )
    }
    return Family(
      members: all,
      report: FamilyReport(
        space: space.name,
        budgetUnit: "MACs",
        searchImages: labels.count,
        testImages: labels.count,
        members: figures
      ),
      decisions: space.decisions.decisions.map(\.name),
      provenance: .init(
        configuration: "data:\n  file: \"\(dataFile)\"\n",
        dataDigest: dataDigest,
        supernetDigest: "s",
        computer: "libtorch, cpu, 1 threads"
      ),
      space: space,
      images: Family.Images(
        classNames: classNames,
        height: 8,
        width: 8,
        mean: [0.25],
        deviation: [0.5],
        space: space
      ),
      reference: nil,
      sampling: .init(samples: 5, finalists: 2, seed: 3),
      evaluations: try (0..<evaluations).map { index in
        let choices = space.decisions.decisions.map { stream.uniform(below: $0.choices.count) }
        return Family.Evaluation(
          member: index * members / max(1, evaluations) + 1,
          update: index / 10 + 1,
          architecture: try space.decisions.canonical(choices),
          accuracy: Double(stream.uniform(below: 1 << 40)) / Double(1 << 40),
          negativeFlipRate: Double(stream.uniform(below: 1 << 40)) / Double(1 << 42),
          reward: Double(stream.uniform(below: 1 << 40)) / Double(1 << 40),
          macs: 1_000_000 + stream.uniform(below: 3_000_000),
          parameters: 1000 + stream.uniform(below: 3000)
        )
      }
    )
  }
}
