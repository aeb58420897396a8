import Foundation
import TestSupport
import Testing

@testable import ForeignWeights

@Suite("Which weights of a checkpoint are taken")
struct WeightChoiceTests {
  private typealias Target = ImportPlan.Target

  private let targets = [
    Target(key: "a.weight", shape: [2]), Target(key: "b.weight", shape: [3]),
    Target(key: "b.num_batches_tracked", shape: []),
  ]

  /// Every tensor of the network behind each beginning, and others.
  private func plan(
    _ beginnings: [String],
    and others: [(key: String, shape: [Int])] = [],
    _ choice: WeightChoice = WeightChoice()
  ) throws -> ImportPlan {
    let copies = beginnings.flatMap { beginning in
      targets.map { (key: beginning + $0.key, shape: $0.shape) }
    }
    return try ImportPlan(
      ForeignCheckpoint(bytes: ImportFixture.safetensors(copies + others)),
      onto: targets,
      choice: choice
    )
  }

  @Test(
    "weights behind one beginning are found, whatever it is",
    arguments: [
      "module.", "_orig_mod.", "module._orig_mod.", "model.", "net.", "backbone.",
      "state_dict.model.module.", "my own key.x.", "averaged.",
    ]
  )
  func beginnings(_ beginning: String) throws {
    let plan = try plan([beginning])
    #expect(plan.problems.isEmpty && plan.assignments.count == 3, "\(plan)")
    #expect(
      plan.notes == [
        "taken: the tensors '\(beginning)*'", "converted from float32 to int64: 1 tensor",
      ]
    )
  }

  @Test("numbers that wrappers keep are passed over by name")
  func bookkeeping() throws {
    for (beginning, name) in [("module.", "n_averaged"), ("", "n_averaged"), ("m.", "m.step")] {
      let plan = try plan([beginning], and: [(name, [])])
      #expect(plan.problems.isEmpty && plan.assignments.count == 3, "\(plan)")
      #expect(plan.notes.contains("passed over: \(name)"))
    }
    // Not what may be a weight.
    #expect(try plan([""], and: [("c.weight", [1])]).problems.count == 1)
    #expect(try plan(["m."], and: [("m.scale", [4])]).problems.count == 1)
    // And not all there is.
    let none = try plan([], and: [("n_averaged", [])])
    #expect(none.problems.count == 1 && none.assignments.isEmpty)
  }

  @Test("the raw weights are taken before their average, which is named; --ema takes it")
  func averages() throws {
    for (raw, average) in [
      ("state_dict.", "state_dict_ema."), ("params.", "params_ema."), ("model.", "ema."),
      ("", "ema_model."), ("net.", "modelEma.module."), ("module.", "swa_model.module."),
    ] {
      let usual = try plan([average, raw])
      let averaged = try plan([raw, average], WeightChoice(isAveraged: true))
      for (plan, taken, other) in [(usual, raw, average), (averaged, average, raw)] {
        #expect(plan.problems.isEmpty, "\(plan)")
        #expect(plan.assignments.allSatisfy { $0.source.hasPrefix(taken) }, "\(plan)")
        #expect(plan.notes.contains { $0.hasPrefix("also there: '\(other)*', 2 weights") })
      }
    }
    // The only weights there are.
    #expect(try plan(["ema."]).problems.isEmpty)
    let error = #expect(throws: ImportError.self) {
      try plan(["net."], WeightChoice(isAveraged: true))
    }
    #expect(error?.cause == .noSuchSet(option: "--ema", isAverage: true, there: ["net"]))
    let bare = #expect(throws: ImportError.self) { try plan([""], WeightChoice(isAveraged: true)) }
    let text = "\(try #require(bare))"
    #expect(text.contains("there is no set of averaged weights"))
    #expect(text.contains("outermost dictionary"))
  }

  @Test("sets that fit alike are refused, and either can be chosen")
  func ambiguity() throws {
    let error = #expect(throws: ImportError.self) { try plan(["student.", "teacher."]) }
    #expect(error?.cause == .ambiguous(sets: ["student.", "teacher."]))
    #expect(error?.description.hasSuffix("'student', 'teacher'. Choose one: --key student") == true)
    for choice in [
      WeightChoice(key: "teacher"), WeightChoice(key: "teacher."), WeightChoice(prefix: "teacher"),
    ] {
      let plan = try plan(["student.", "teacher."], choice)
      #expect(plan.assignments.count == 3 && plan.problems.isEmpty, "\(choice)")
      #expect(plan.assignments.allSatisfy { $0.source.hasPrefix("teacher.") }, "\(choice)")
    }
    let nested = try plan(["a.b.", "c.d."], WeightChoice(key: "c.d"))
    #expect(nested.assignments.allSatisfy { $0.source.hasPrefix("c.d.") })
    let both = try plan(["x.module.", "y.module."], WeightChoice(key: "y", prefix: "module."))
    #expect(both.assignments.allSatisfy { $0.source.hasPrefix("y.module.") })
    let none = #expect(throws: ImportError.self) { try plan(["x."], WeightChoice(key: "z")) }
    #expect(none?.cause == .noSuchSet(option: "--key z", isAverage: false, there: ["x"]))
  }

  @Test("one set under two names is no choice to make")
  func sameTensors() throws {
    var header: [String] = []
    for name in ["x", "y"] {
      header.append("\"\(name).a.weight\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}")
    }
    let bytes = ImportFixture.safetensors(header: "{\(header.joined(separator: ","))}")
    let plan = try ImportPlan(
      ForeignCheckpoint(bytes: bytes),
      onto: [Target(key: "a.weight", shape: [0])]
    )
    #expect(plan.assignments.count == 1)
  }

  @Test("the set with more fitting tensors is taken")
  func completeness() throws {
    let plan = try plan(["whole."], and: [("part.a.weight", [2]), ("part.b.weight", [9])])
    #expect(plan.assignments.allSatisfy { $0.source.hasPrefix("whole.") })
    #expect(plan.problems.isEmpty)
  }

  @Test("what lies beside the weights of real files is named, and halves are said to be converted")
  func realFiles() throws {
    let names = ["conv.weight", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"]
    func plan(_ file: String) throws -> ImportPlan {
      let checkpoint = try ForeignCheckpoint(contentsOf: ImportFixture.path(file))
      return try ImportPlan(
        checkpoint,
        onto: names.map {
          Target(key: $0, shape: $0.hasPrefix("conv") ? [2, 1, 3, 3] : [2])
        } + [Target(key: "bn.num_batches_tracked", shape: [])]
      )
    }
    for name in ["ema.zip.pt", "ema.protocol4.zip.pt"] {
      let plan = try plan(name)
      #expect(plan.problems.isEmpty && plan.assignments.count == 6, "\(plan)")
      let left = try #require(plan.notes.first { $0.hasPrefix("left alone, nothing executed: ") })
      for part in [
        "args (argparse.Namespace)", "best (a NumPy number)", "datetime", "epoch", "path",
      ] {
        #expect(left.contains(part), "\(left)")
      }
    }
    let lightning = try plan("lightning.zip.pt")
    #expect(lightning.problems.isEmpty && lightning.assignments.count == 6, "\(lightning)")
    #expect(lightning.notes.contains("passed over: state_dict.criterion.weight"))
    #expect(try plan("swa.zip.pt").notes.last == "passed over: n_averaged")
    // An array where a tensor is needed is a problem; elsewhere it is not.
    #expect(
      try plan("array.zip.pt").problems == [
        .notATensor(
          source: "state_dict.conv.weight",
          target: "conv.weight",
          found: "numpy.ndarray"
        )
      ]
    )
    let half = try ImportPlan(
      ForeignCheckpoint(bytes: ImportFixture.bytes("bfloat16.safetensors")),
      onto: [Target(key: "bfloat16", shape: [4])]
    )
    #expect(half.notes == ["converted from bfloat16 to float32: 1 tensor"])
  }

  @Test("of many problems a few are shown, and their number")
  func manyProblems() throws {
    let plan = try plan([], and: (0..<30).map { ("a.\($0).weight", [1]) })
    let error = #expect(throws: ImportError.self) { try plan.check() }
    let lines = (error?.description ?? "").split(separator: "\n")
    #expect(lines.count == 12 && lines.first?.contains("30 of its tensors") == true)
    #expect(lines.last == "  and 20 more")
  }

  @Test("whole numbers are no weights")
  func wholeNumbers() throws {
    let header =
      #"{"a.weight":{"dtype":"I8","shape":[2],"data_offsets":[0,2]},"b.num_batches_tracked":{"dtype":"F32","shape":[],"data_offsets":[2,6]}}"#
    let plan = try ImportPlan(
      ForeignCheckpoint(
        bytes: ImportFixture.safetensors(header: header, values: [0, 0, 0, 0, 0, 64])
      ),
      onto: targets
    )
    #expect(plan.problems == [.wrongType(source: "a.weight", target: "a.weight", found: .int8)])
    // A counter that was averaged is still one.
    #expect(plan.assignments.map(\.target) == ["b.num_batches_tracked"])
  }

  @Test("an index of several files gives the tensors of all")
  func shards() throws {
    let folder = try TemporaryFolder()
    let index = #"{"metadata": {}, "weight_map": {"a.weight": "1.st", "b.weight": "2.st"}}"#
    try folder.put(index, "model.safetensors.index.json")
    try folder.put(ImportFixture.safetensors([("a.weight", [2])]), "1.st")
    try folder.put(ImportFixture.safetensors([("b.weight", [3])]), "2.st")
    let path = folder.file("model.safetensors.index.json")
    let checkpoint = try ForeignCheckpoint(contentsOf: path)
    #expect(checkpoint.format == .shards)
    #expect(
      try ImportPlan(checkpoint, onto: targets).assignments.map(\.target) == [
        "a.weight", "b.weight",
      ]
    )
    try folder.put(
      index.replacingOccurrences(of: "2.st", with: "3.st"),
      "model.safetensors.index.json"
    )
    let missing = #expect(throws: ImportError.self) { try ForeignCheckpoint(contentsOf: path) }
    #expect(missing?.cause == .missing && missing?.file?.hasSuffix("3.st") == true)
    for name in ["../2.st", "/etc/passwd", "", "..", "model.safetensors.index.json"] {
      try folder.put(
        index.replacingOccurrences(of: "2.st", with: name),
        "model.safetensors.index.json"
      )
      #expect(throws: ImportError.self, "\(name)") { try ForeignCheckpoint(contentsOf: path) }
    }
  }
}
