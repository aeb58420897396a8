import Foundation
import TestSupport
import Testing

/// `regnas supernet evaluate` and `compare`, as a user calls them.
@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct SupernetEvaluateTests {
  private let regnas: Regnas
  private var folder: TemporaryFolder { regnas.folder }

  init() throws { regnas = try Regnas.afterQuickRun() }

  private static let common: Command = "supernet evaluate --threads 1 --no-progress"

  private func evaluate(_ arguments: Command) throws -> Regnas.Result {
    try regnas("\(Self.common) \(arguments)")
  }

  private func refuse(_ arguments: Command, _ status: Int32, _ parts: String...) throws {
    let result = try regnas.refuse("\(Self.common) \(arguments)", status)
    for part in parts { #expect(result.errors.contains(part), "\(arguments): \(result.errors)") }
  }

  @Test func architecturesAreMeasuredInEveryForm() throws {
    try folder.put(
      "# two of them\nlargest\nstage1.depth=1  # not one: decisions are missing\n",
      "bad.txt"
    )
    try refuse("checkpoints/whole --file bad.txt", 64, "bad.txt:3", "missing")
    try folder.put("# one\n\nlargest # the whole\n", "set.txt")
    let table = try evaluate("checkpoints/whole smallest random:2 --file set.txt")
    #expect(table.status == 0, "\(table.errors)")
    for name in ["smallest", "random 1", "random 2", "largest"] {
      #expect(table.output.contains(name))
    }
    #expect(table.output.contains("300 images of the split 'search'"))
    #expect(!table.output.contains("alone"))
    // The supernet file alone says the same, wherever it lies.
    let file = try evaluate(
      "checkpoints/whole/supernet.h5 smallest random:2 largest --data data.h5"
    )
    #expect(file.output == table.output, "\(file.errors)")
    let csv = try evaluate("checkpoints/whole smallest largest --csv --split test")
    let lines = csv.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.first?.hasPrefix("space,name,macs,parameters,inherited,") == true)
    let json = try evaluate("checkpoints/whole smallest --json")
    #expect(try object(json.output)["schema"] as? String == "regnas.supernet-evaluation/1")
  }

  /// Stopped by the clock as often as it takes, and killed once, the comparison ends with the bytes
  /// of one that ran through; and `compare` reads them.
  @Test func aComparisonThatWasStoppedGoesOn() throws {
    let command: Command =
      "\(Self.common) checkpoints/whole chains:1x3 --alone --quiet --split test --json"
    let whole = try regnas.succeed("\(command) --out whole")
    let killed = try regnas.start("\(command) --out stopped")
    killed.wait { !files("stopped/alone").isEmpty }
    killed.send(SIGKILL)
    killed.finish()
    #expect(!files("stopped/alone").isEmpty)
    var seconds = 0.3
    for _ in 0..<20 where !folder.exists("stopped/evaluation.json") {
      let status = try regnas("\(command) --out stopped --max-time \(seconds)").status
      #expect(status == 0 || status == 124)
      seconds *= 1.5
    }
    #expect(folder.bytes("stopped/evaluation.json") == folder.bytes("whole/evaluation.json"))
    #expect(files("whole/alone").count == 3 && files("whole/inherited").count == 3)
    #expect(whole.output == folder.text("whole/evaluation.json"))

    let comparison = try regnas("supernet compare whole")
    #expect(comparison.output.contains("| mobilenetv3-small |"), "\(comparison.errors)")
    #expect(comparison.output.contains("| nested pairs | 3 |"))
    try regnas.refuse("supernet compare checkpoints/whole", 64, "evaluation.json")
    try regnas.refuse("supernet compare whole whole", 65, "same seed")
    try folder.put("{}", "whole/evaluation.json")
    try regnas.refuse("supernet compare whole", 65, "whole/evaluation.json")
  }

  private func files(_ path: String) -> [String] {
    folder.names(path).filter { $0.hasSuffix(".h5") }
  }

  @Test func inputThatDoesNotFit() throws {
    try refuse("checkpoints/none", 66, "checkpoints/none")
    try folder.makeFolder("empty")
    try refuse("empty", 66, "config.yaml")
    try folder.put(SmallData.configuration, "empty/config.yaml")
    try refuse("empty", 64, "not trained yet")
    try refuse("data.h5", 65, "regnas.dataset")
    try refuse("checkpoints/whole enormous", 64, "mobilenetv3-small")
    let other = try regnas("space describe resnet50-small --architecture largest")
    let code = other.output.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    try refuse("checkpoints/whole \(code)", 64, code, "mobilenetv3-small")
    try folder.put("# none\n", "none.txt")
    try refuse("checkpoints/whole --file none.txt", 64, "there is none")
    try refuse("checkpoints/whole --file nowhere.txt", 66, "nowhere.txt")
    try refuse("checkpoints/whole random:0", 64, "random:0")
    try refuse("checkpoints/whole --split train", 64, "search or test")
    try refuse("checkpoints/whole --seeds 2", 64, "--alone")

    // Other splits of the same images, and other classes.
    try regnas.succeed("\(SmallData.importing) --seed 9 --out splits.h5")
    try refuse("checkpoints/whole --data splits.h5", 65, "another data set", "splits.h5")
    try writeColourImages()
    try refuse(
      "checkpoints/whole --data colour.h5",
      65,
      "10 classes of 1x28x28",
      "100 classes of 3x32x32"
    )
  }

  /// A data set of 100 classes of colour images, in the format of CIFAR-100.
  private func writeColourImages() throws {
    func records(_ count: Int) -> [UInt8] {
      (0..<count).flatMap { index in
        let pixels = (0..<3072).map { UInt8(truncatingIfNeeded: $0 &* index) }
        return [UInt8(index % 20), UInt8(index % 100)] + pixels
      }
    }
    try folder.put(records(400), "cifar/train.bin")
    try folder.put(records(100), "cifar/test.bin")
    try regnas.succeed(
      "data import cifar cifar --train 200 --search 100 --test 100 --out colour.h5 --quiet"
    )
  }
}
