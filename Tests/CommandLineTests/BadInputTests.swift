import Foundation
import Testing

/// Bad input gets one clear message, the documented exit status, and loses nothing.
@Suite(.serialized, .enabled(if: SmallData.isThere, "needs the package dataset-fashion-mnist"))
struct BadInputTests {
  private let regnas: Regnas
  private var folder: Folder { regnas.folder }

  init() throws {
    regnas = Regnas(folder: try Folder())
    try SmallData.make(in: regnas)
    try regnas.folder.write(SmallData.configuration, to: "run.yaml")
  }

  private func expect(
    _ result: Regnas.Result,
    status: Int32,
    _ parts: String...,
    at location: SourceLocation = #_sourceLocation
  ) {
    CommandLineTests.expect(result, status: status, naming: parts, at: location)
    let errors = result.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
    #expect(errors.count == 1, "\(result.errors)", sourceLocation: location)
  }

  @Test func filesThatAreMissingForeignOrTruncated() throws {
    try folder.write("not an HDF5 file at all", to: "foreign.h5")
    let data = folder.bytes("data.h5")
    try folder.write(data.prefix(data.count / 2), to: "cut.h5")
    for command in [["data", "info"], ["data", "verify"], ["inspect"], ["supernet", "info"]] {
      expect(regnas.finish(try regnas.start(command + ["none.h5"])), status: 66, "none.h5")
      expect(regnas.finish(try regnas.start(command + ["foreign.h5"])), status: 65, "foreign.h5")
      expect(regnas.finish(try regnas.start(command + ["cut.h5"])), status: 65, "cut.h5")
    }
    expect(
      try regnas("supernet", "info", "data.h5"),
      status: 65,
      "regnas.dataset",
      "regnas.supernet"
    )
    for (file, status) in [("none.h5", 66), ("foreign.h5", 65), ("cut.h5", 65)] as [(String, Int32)]
    {
      expect(
        try regnas("train", "--config", "run.yaml", "--name", "x", "--data", file),
        status: status,
        file
      )
      expect(
        try regnas(
          "train",
          "--config",
          "run.yaml",
          "--name",
          "x",
          "--set",
          "search.reference=\(file)"
        ),
        status: status,
        file
      )
    }
    #expect(!folder.exists("checkpoints/x"), "nothing may be written before the checks are done")
    expect(try regnas("resume", "nowhere"), status: 66, "nowhere")
    expect(try regnas("train", "--config", "none.yaml"), status: 66, "none.yaml")
  }

  @Test func budgetsThatCannotBeMet() throws {
    for budget in ["1000", "100M"] {
      expect(
        try regnas(
          "train",
          "--config",
          "run.yaml",
          "--name",
          "x",
          "--set",
          "search.budgets=\(budget)"
        ),
        status: 64,
        "budgets from",
        "MACs can be met"
      )
    }
    expect(
      try regnas(
        "train",
        "--config",
        "run.yaml",
        "--name",
        "x",
        "--set",
        "search.budgets=60%,20%"
      ),
      status: 64,
      "smallest first"
    )
    #expect(!folder.exists("checkpoints/x"))
  }

  @Test func devicesAndKeysThatDoNotExist() throws {
    expect(
      try regnas("train", "--config", "run.yaml", "--device", "tpu"),
      status: 69,
      "auto, cpu, cuda or cuda:N"
    )
    expect(
      try regnas("train", "--config", "run.yaml", "--device", "cuda:99"),
      status: 69,
      "cuda:99"
    )
    try folder.write("seed: 1\ncontroller:\n  learningrate: 1\n", to: "typo.yaml")
    expect(
      try regnas("train", "--config", "typo.yaml"),
      status: 64,
      "typo.yaml:3",
      "did you mean 'controller.learningRate'?"
    )
    expect(
      try regnas("train", "--config", "run.yaml", "--set", "space.name=mobilenetv4"),
      status: 64,
      "mobilenetv3"
    )
  }

  @Test func runsThatAreThereAlready() throws {
    let first = try regnas("train", "--config", "run.yaml", "--name", "x", "--max-time", "0.1")
    #expect(first.status == 0, "\(first.errors)")
    let before = folder.text("checkpoints/x/config.yaml")
    expect(
      try regnas("train", "--config", "run.yaml", "--name", "x"),
      status: 64,
      "--overwrite",
      "regnas resume"
    )
    #expect(folder.text("checkpoints/x/config.yaml") == before)
    // Other data under the same name.
    let data = folder.bytes("data.h5")
    try regnas(
      "data",
      "import",
      "idx",
      SmallData.source,
      "--train",
      "640",
      "--search",
      "300",
      "--test",
      "200",
      "--seed",
      "4",
      "--out",
      "data.h5",
      "--quiet",
      "--overwrite"
    )
    expect(try regnas("resume", "checkpoints/x"), status: 65, "another data set")
    // A checkpoint that is damaged.
    try folder.write(data, to: "data.h5")
    let checkpoints = try FileManager.default
      .contentsOfDirectory(atPath: folder.file("checkpoints/x"))
      .filter { $0.hasPrefix("checkpoint-") }
    #expect(!checkpoints.isEmpty)
    for name in checkpoints {
      var bytes = folder.bytes("checkpoints/x/" + name)
      bytes[bytes.count / 2] ^= 1
      try folder.write(bytes, to: "checkpoints/x/" + name)
    }
    expect(
      try regnas("resume", "checkpoints/x"),
      status: 65,
      "no checkpoint can be used",
      checkpoints[0]
    )
  }

  @Test func imagesThatAreWrong() throws {
    let source = SmallData.source
    func copy(_ name: String) throws {
      try? FileManager.default.createDirectory(
        atPath: folder.file("idx"),
        withIntermediateDirectories: true
      )
      try FileManager.default.copyItem(
        atPath: "\(source)/\(name)",
        toPath: folder.file("idx/\(name)")
      )
    }
    try copy("train-images-idx3-ubyte.gz")
    // The test part's labels in place of the training part's: another count.
    try FileManager.default.copyItem(
      atPath: "\(source)/t10k-labels-idx1-ubyte.gz",
      toPath: folder.file("idx/train-labels-idx1-ubyte.gz")
    )
    expect(
      try regnas("data", "import", "idx", "idx", "--out", "wrong.h5"),
      status: 65,
      "10000",
      "60000"
    )
    expect(
      try regnas("data", "import", "idx", source, "--classes", "a,b,c", "--out", "wrong.h5", "-q"),
      status: 65,
      "label",
      "out of range"
    )
    expect(
      try regnas("data", "import", "idx", source, "--train", "70000", "--out", "wrong.h5", "-q"),
      status: 64
    )
    expect(try regnas("data", "import", "idx", "empty", "--out", "wrong.h5"), status: 66, "empty")
    for name in ["a", "b"] {
      try FileManager.default.createDirectory(
        atPath: folder.file("photos/\(name)"),
        withIntermediateDirectories: true
      )
    }
    try folder.write("this is no JPEG", to: "photos/a/broken.jpg")
    expect(
      try regnas("data", "import", "folder", "photos", "--size", "8", "--out", "wrong.h5"),
      status: 65,
      "broken.jpg"
    )
    #expect(!folder.exists("wrong.h5"))
    expect(
      try regnas("data", "import", "idx", source, "--out", "data.h5", "-q"),
      status: 64,
      "data.h5"
    )
  }

  /// Rules of training that exclude each other, and phases without what they go on from.
  @Test func trainingRules() throws {
    for (settings, message) in [
      (["distillation=teacher"], "supernet.distillation: 'teacher' needs a fixed teacher"),
      (["sandwich=false"], "supernet.distillation: 'in-place' learns from the largest"),
      (["schedule=largest-first", "file=s.h5"], "supernet.schedule: this is about training"),
      (["schedule=largest-first", "phaseShares=[0.5, 0.4]"], "the shares add up to 0.9"),
      (
        ["schedule=progressive-shrinking", "phases=[depth]"],
        "the phase 'depth' goes on from weights that went through largest, kernel"
      ),
      (["schedule=shrinking"], "one of sandwich, largest-first, progressive-shrinking"),
    ] {
      expect(
        regnas.finish(
          try regnas.start(
            ["train", "--config", "run.yaml", "--name", "rules"]
              + settings.flatMap { ["--set", "supernet." + $0] }
          )
        ),
        status: 64,
        message
      )
    }
    expect(
      try regnas(
        "supernet",
        "train",
        "--config",
        "run.yaml",
        "--set",
        "supernet.file=s.h5"
      ),
      status: 64,
      "there is nothing to train"
    )
    #expect(!folder.exists("checkpoints/rules"))
  }

  @Test func aFullDisk() throws {
    // The limit on the size of files stands for a disk that is full.
    let full = "ulimit -f 100"
    expect(
      try regnas("data", "import", "idx", SmallData.source, "--out", "big.h5", "-q", shell: full),
      status: 74,
      "big.h5"
    )
    #expect(!folder.exists("big.h5"))
    let train = try regnas(
      "train",
      "--config",
      "run.yaml",
      "--name",
      "full",
      "--set",
      "checkpoint.every=0",
      "--set",
      "supernet.epochs=1",
      shell: full
    )
    #expect(train.status == 74, "\(train.errors)")
    #expect(train.errors.contains("checkpoints/full/"))
    #expect(train.errors.contains("warning: no checkpoint was saved"))
    // With room again the run goes on.
    #expect(try regnas("resume", "checkpoints/full", "--quiet").status == 0)
  }
}
