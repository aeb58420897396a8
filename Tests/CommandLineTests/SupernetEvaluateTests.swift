import Foundation
import Study
import Testing

/// `regnas supernet evaluate` and `compare`, as a user calls them.
@Suite(.serialized, .enabled(if: SmallData.isThere, "needs the package dataset-fashion-mnist"))
struct SupernetEvaluateTests {
  private let regnas: Regnas
  private var folder: Folder { regnas.folder }

  init() throws {
    regnas = Regnas(folder: try Folder())
    try SmallData.make(in: regnas)
    try folder.write(SmallData.configuration, to: "run.yaml")
    let run = regnas.finish(
      try regnas.start(
        ["supernet", "train", "--config", "run.yaml", "--name", "run", "--quiet"]
          + ["--set", "supernet.epochs=1", "--set", "space.widthMultiplier=0.25"]
      )
    )
    try #require(run.status == 0, "\(run.errors)")
  }

  private func evaluate(_ arguments: String...) throws -> Regnas.Result {
    regnas.finish(
      try regnas.start(["supernet", "evaluate"] + arguments + ["--threads", "1", "--no-progress"])
    )
  }

  @Test func architecturesAreMeasuredInEveryForm() throws {
    try folder.write(
      "# two of them\nlargest\nstage1.depth=1  # not one: decisions are missing\n",
      to: "bad.txt"
    )
    expect(try evaluate("checkpoints/run", "--file", "bad.txt"), status: 64, "bad.txt:3", "missing")
    try folder.write("# one\n\nlargest # the whole\n", to: "set.txt")
    let table = try evaluate("checkpoints/run", "smallest", "random:2", "--file", "set.txt")
    try #require(table.status == 0, "\(table.errors)")
    for name in ["smallest", "random 1", "random 2", "largest"] {
      #expect(table.output.contains(name))
    }
    #expect(table.output.contains("300 images of the split 'search'"))
    #expect(!table.output.contains("alone"))
    // The supernet file alone says the same, wherever it lies.
    let file = try evaluate(
      "checkpoints/run/supernet.h5",
      "smallest",
      "random:2",
      "largest",
      "--data",
      "data.h5"
    )
    #expect(file.output == table.output, "\(file.errors)")
    let csv = try evaluate("checkpoints/run", "smallest", "largest", "--csv", "--split", "test")
    let lines = csv.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.first?.hasPrefix("space,name,macs,parameters,inherited,") == true)
    let json = try evaluate("checkpoints/run", "smallest", "--json")
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect(object?["schema"] as? String == "regnas.supernet-evaluation/1")
  }

  /// Stopped by the clock as often as it takes, and killed once, the comparison ends with the bytes
  /// of one that ran through; and `compare` reads them.
  @Test func aComparisonThatWasStoppedGoesOn() throws {
    let arguments =
      ["supernet", "evaluate", "checkpoints/run", "chains:1x3", "--alone"]
      + ["--threads", "1", "--quiet", "--split", "test", "--json"]
    let whole = regnas.finish(try regnas.start(arguments + ["--out", "whole"]))
    try #require(whole.status == 0, "\(whole.errors)")
    let killed = try regnas.start(arguments + ["--out", "stopped"])
    for _ in 0..<400 where files("stopped/alone").isEmpty { usleep(25_000) }
    kill(killed.processIdentifier, SIGKILL)
    _ = regnas.finish(killed)
    #expect(!files("stopped/alone").isEmpty)
    var seconds = 0.3
    for _ in 0..<20 where !folder.exists("stopped/evaluation.json") {
      let result = regnas.finish(
        try regnas.start(arguments + ["--out", "stopped", "--max-time", "\(seconds)"])
      )
      #expect(result.status == 0, "\(result.errors)")
      seconds *= 1.5
    }
    #expect(folder.bytes("stopped/evaluation.json") == folder.bytes("whole/evaluation.json"))
    #expect(files("whole/alone").count == 3 && files("whole/inherited").count == 3)
    #expect(whole.output == folder.text("whole/evaluation.json"))

    let comparison = try regnas("supernet", "compare", "whole")
    #expect(comparison.output.contains("| mobilenetv3-small |"), "\(comparison.errors)")
    #expect(comparison.output.contains("| nested pairs | 3 |"))
    expect(try regnas("supernet", "compare", "checkpoints/run"), status: 64, "evaluation.json")
    expect(try regnas("supernet", "compare", "whole", "whole"), status: 65, "same seed")
    try folder.write("{}", to: "whole/evaluation.json")
    expect(try regnas("supernet", "compare", "whole"), status: 65, "whole/evaluation.json")
  }

  private func files(_ path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.file(path))) ?? [])
      .filter { $0.hasSuffix(".h5") }
  }

  @Test func inputThatDoesNotFit() throws {
    expect(try evaluate("checkpoints/none"), status: 66, "checkpoints/none")
    try FileManager.default.createDirectory(
      atPath: folder.file("empty"),
      withIntermediateDirectories: true
    )
    expect(try evaluate("empty"), status: 66, "config.yaml")
    try folder.write(SmallData.configuration, to: "empty/config.yaml")
    expect(try evaluate("empty"), status: 64, "not trained yet")
    expect(try evaluate("data.h5"), status: 65, "regnas.dataset")
    expect(try evaluate("checkpoints/run", "enormous"), status: 64, "mobilenetv3-small")
    let other = try regnas("space", "describe", "resnet50-small", "--architecture", "largest")
    let code = other.output.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    expect(try evaluate("checkpoints/run", code), status: 64, code, "mobilenetv3-small")
    try folder.write("# none\n", to: "none.txt")
    expect(try evaluate("checkpoints/run", "--file", "none.txt"), status: 64, "there is none")
    expect(try evaluate("checkpoints/run", "--file", "nowhere.txt"), status: 66, "nowhere.txt")
    expect(try evaluate("checkpoints/run", "random:0"), status: 64, "random:0")
    expect(try evaluate("checkpoints/run", "--split", "train"), status: 64, "search or test")
    expect(try evaluate("checkpoints/run", "--seeds", "2"), status: 64, "--alone")

    // Other splits of the same images, and other classes.
    let splits = regnas.finish(
      try regnas.start(
        ["data", "import", "idx", SmallData.source, "--quiet", "--train", "640"]
          + ["--search", "300", "--test", "200", "--seed", "9", "--out", "splits.h5"]
      )
    )
    try #require(splits.status == 0, "\(splits.errors)")
    expect(
      try evaluate("checkpoints/run", "--data", "splits.h5"),
      status: 65,
      "another data set",
      "splits.h5"
    )
    try writeColourImages()
    expect(
      try evaluate("checkpoints/run", "--data", "colour.h5"),
      status: 65,
      "10 classes of 1x28x28",
      "100 classes of 3x32x32"
    )
  }

  /// A data set of 100 classes of colour images, in the format of CIFAR-100.
  private func writeColourImages() throws {
    func records(_ count: Int) -> Data {
      var bytes = Data()
      for index in 0..<count {
        bytes.append(contentsOf: [UInt8(index % 20), UInt8(index % 100)])
        bytes.append(Data((0..<3072).map { UInt8(truncatingIfNeeded: $0 &* index) }))
      }
      return bytes
    }
    try FileManager.default.createDirectory(
      atPath: folder.file("cifar"),
      withIntermediateDirectories: true
    )
    try folder.write(records(400), to: "cifar/train.bin")
    try folder.write(records(100), to: "cifar/test.bin")
    let result = try regnas(
      "data",
      "import",
      "cifar",
      "cifar",
      "--train",
      "200",
      "--search",
      "100",
      "--test",
      "100",
      "--out",
      "colour.h5",
      "--quiet"
    )
    try #require(result.status == 0, "\(result.errors)")
  }
}
