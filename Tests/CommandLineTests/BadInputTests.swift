import Foundation
import TestSupport
import Testing

/// Bad input gets one clear message, the documented exit status, and loses nothing.
@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct BadInputTests {
  private let regnas: Regnas
  private var folder: TemporaryFolder { regnas.folder }

  /// Begins a run, `checkpoints/x`.
  private static let train: Command = "train --config run.yaml --name x"

  init() throws { regnas = try Regnas(configuration: SmallData.quickConfiguration) }

  private func nothingIsBegun(at location: SourceLocation = #_sourceLocation) {
    #expect(!folder.exists("checkpoints/x"), sourceLocation: location)
  }

  @Test func filesThatAreMissingForeignOrTruncated() throws {
    try folder.put("not an HDF5 file at all", "foreign.h5")
    let data = folder.bytes("data.h5")
    try folder.put(Array(data.prefix(data.count / 2)), "cut.h5")
    for (file, status) in [("none.h5", 66), ("foreign.h5", 65), ("cut.h5", 65)] as [(String, Int32)]
    {
      for command in ["data info", "data verify", "inspect", "supernet info"] as [Command] {
        try regnas.refuse("\(command) \(file)", status, file)
      }
      try regnas.refuse("\(Self.train) --data \(file)", status, file)
      try regnas.refuse("\(Self.train) --set search.reference=\(file)", status, file)
    }
    try regnas.refuse("supernet info data.h5", 65, "regnas.dataset", "regnas.supernet")
    nothingIsBegun()
    try regnas.refuse("resume nowhere", 66, "nowhere: there is no such")
    try regnas.refuse("sample data.h5", 66, "data.h5: this is a file; give the folder of a run")
    try regnas.refuse("compare --surrogate .", 65, "this is a folder")
    try regnas.refuse("\(Self.train) --foo", 64, "error: Unknown option '--foo'", "train --help")
    try regnas.refuse("train --config none.yaml", 66, "none.yaml")
  }

  @Test func budgetsThatCannotBeMet() throws {
    for budget in ["1000", "100M"] {
      let command: Command = "\(Self.train) --set search.budgets=\(budget)"
      try regnas.refuse(command, 64, "budgets from", "MACs can be met")
    }
    try regnas.refuse("\(Self.train) --set search.budgets=60%,20%", 64, "smallest first")
    nothingIsBegun()
  }

  /// Found out by arithmetic, before anything is built.
  @Test func supernetsThatNoMemoryHolds() throws {
    let wide: Command = "\(Self.train) --set space.name=resnet50 --set space.widthMultiplier=64"
    for option in ["", "--dry-run"] as [Command] {
      try regnas.refuse("\(wide) \(option)", 64, "space.widthMultiplier: the supernet takes", "MB")
    }
    nothingIsBegun()
  }

  @Test func devicesAndKeysThatDoNotExist() throws {
    for device in ["tpu", "gpu", "cuda:-1"] {
      let parts = ["'runtime.device' must be", "auto, cpu, cuda or cuda:N"]
      try regnas.refuse("\(Self.train) --device \(device)", 64, parts[0], parts[1])
    }
    try regnas.refuse("latency measure resnet50-small --device gpu --out l.h5", 64, "cuda:N")
    try regnas.refuse("\(Self.train) --device cuda:99", 69, "cuda:99")
    try folder.put("seed: 1\ncontroller:\n  learningrate: 1\n", "typo.yaml")
    try regnas.refuse(
      "train --config typo.yaml",
      64,
      "typo.yaml:3",
      "did you mean 'controller.learningRate'?"
    )
    try regnas.refuse("\(Self.train) --set space.name=mobilenetv4", 64, "mobilenetv3")
    nothingIsBegun()
  }

  @Test func namesThatAreTooLong() throws {
    let name = String(repeating: "n", count: 300)
    try regnas.refuse("train --config run.yaml --dry-run --name \(name)", 74, "a shorter name")
    try regnas.refuse("data import folder . --size 8 --out \(name)", 74, "a shorter name")
  }

  @Test func runsThatAreThereAlready() throws {
    #expect(try regnas("\(Self.train) --max-time 0.1").status == 124)
    let before = folder.text("checkpoints/x/config.yaml")
    try regnas.refuse(Self.train, 64, "--overwrite", "regnas resume")
    #expect(folder.text("checkpoints/x/config.yaml") == before)
    // Other data under the same name.
    let data = folder.bytes("data.h5")
    try regnas.succeed("\(SmallData.importing) --seed 4 --out data.h5 --overwrite")
    try regnas.refuse("resume checkpoints/x", 65, "another data set")
    // A checkpoint that is damaged.
    try folder.put(data, "data.h5")
    let checkpoints = folder.names("checkpoints/x").filter { $0.hasPrefix("checkpoint-") }
    let first = try #require(checkpoints.first)
    for name in checkpoints {
      var bytes = folder.bytes("checkpoints/x/" + name)
      bytes[bytes.count / 2] ^= 1
      try folder.put(bytes, "checkpoints/x/" + name)
    }
    try regnas.refuse("resume checkpoints/x", 65, "no checkpoint can be used", first)
  }

  @Test func imagesThatAreWrong() throws {
    let source = SmallData.source
    try folder.copy("\(source)/train-images-idx3-ubyte.gz", to: "idx/train-images-idx3-ubyte.gz")
    // The test part's labels in place of the training part's: another count.
    try folder.copy("\(source)/t10k-labels-idx1-ubyte.gz", to: "idx/train-labels-idx1-ubyte.gz")
    try regnas.refuse("data import idx idx --out wrong.h5", 65, "10000", "60000")
    let importing: Command = "data import idx \(source) -q"
    try regnas.refuse(
      "\(importing) --classes a,b,c --out wrong.h5",
      64,
      "3 class names",
      "10 classes"
    )
    try regnas.refuse("\(importing) --train 70000 --out wrong.h5", 64)
    try regnas.refuse("\(importing) --out data.h5", 64, "data.h5")
    try regnas.refuse("data import idx empty --out wrong.h5", 66, "empty")
    try folder.makeFolder("photos/b")
    for number in 0..<12 { try folder.put("this is no JPEG", "photos/a/\(number)-broken.jpg") }
    try regnas.refuse("data import folder photos --size 8 --out wrong.h5", 65, "broken.jpg")
    #expect(!folder.exists("wrong.h5"))
  }

  /// Rules of training that exclude each other, and phases without what they go on from.
  @Test(
    arguments: [
      (["distillation=teacher"], "supernet.distillation: 'teacher' needs a fixed teacher"),
      (["sandwich=false"], "supernet.distillation: 'in-place' learns from the largest"),
      (["schedule=largest-first", "file=s.h5"], "supernet.schedule: this is about training"),
      (["schedule=largest-first", "phaseShares=[0.5, 0.4]"], "the shares add up to 0.9"),
      (
        ["schedule=progressive-shrinking", "phases=[depth]"],
        "the phase 'depth' goes on from weights that went through largest, kernel"
      ),
      (["schedule=shrinking"], "one of sandwich, largest-first, progressive-shrinking"),
    ]
  ) func trainingRules(_ settings: [String], _ message: String) throws {
    let command = settings.reduce(Self.train) { "\($0) --set supernet.\($1)" }
    try regnas.refuse(command, 64, message)
    nothingIsBegun()
  }

  @Test func nothingIsLeftToTrain() throws {
    let command: Command = "supernet train --config run.yaml --set supernet.file=s.h5"
    try regnas.refuse(command, 64, "there is nothing to train")
  }

  @Test func aFullDisk() throws {
    // The limit on the size of files stands for a disk that is full.
    let full = "ulimit -f 100"
    let importing: Command = "data import idx \(SmallData.source) --out big.h5 -q"
    try regnas.refuse(importing, 74, "big.h5", shell: full)
    #expect(!folder.exists("big.h5"))
    let train = try regnas(Self.train, shell: full)
    #expect(train.status == 74, "\(train.errors)")
    #expect(train.errors.contains("checkpoints/x/"))
    #expect(train.errors.contains("warning: no checkpoint was saved"))
    // With room again the run goes on.
    try regnas.succeed("resume checkpoints/x --quiet")
  }
}
