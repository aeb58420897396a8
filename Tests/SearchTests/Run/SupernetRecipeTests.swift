import Configuration
import Foundation
import RunFixtures
import Runs
import Supernet
import TestSupport
import Testing
import Torch

@testable import Search

/// How the keys `supernet.*` become a training, and which are refused together.
@Suite(.serialized) struct SupernetRecipeTests {
  private func recipe(
    _ small: SmallRun,
    _ assignments: [String]
  ) throws -> SupernetRecipe {
    try RunSetting(configured(small, assignments)).recipe
  }

  private func configured(
    _ small: SmallRun,
    _ assignments: [String]
  ) throws -> RunConfiguration {
    var sources = ConfigurationSources()
    try sources.read(yaml: small.configuration.yaml, name: "small")
    for assignment in assignments {
      try sources.set("supernet." + assignment, place: "--set")
    }
    return sources.configuration
  }

  private func refusal(_ small: SmallRun, _ assignments: String...) -> String {
    do {
      _ = try recipe(small, assignments)
      return "none"
    } catch {
      return "\(error)"
    }
  }

  @Test func schedulesDivideTheEpochs() throws {
    let small = try SmallRun()
    let steps = 10 * 64 / 16
    let plain = try recipe(small, ["epochs=10"])
    #expect(plain.plan.phases.map(\.name) == ["all"] && plain.plan.steps == steps)
    let shrinking = try recipe(
      small,
      [
        "epochs=10", "schedule=progressive-shrinking", "phaseShares=[0.4, 0.2, 0.2, 0.2]",
        "phaseLearningRates=[0.1, 0.03, 0.02, 0.01]",
      ]
    )
    #expect(shrinking.plan.phases.map(\.steps) == [16, 8, 8, 8])
    #expect(shrinking.plan.phases.map(\.learningRate) == [0.1, 0.03, 0.02, 0.01])
    #expect(shrinking.history == ["largest", "kernel", "depth", "width"])
  }

  @Test func choicesThatExcludeEachOtherAreRefused() throws {
    let small = try SmallRun()
    for (assignments, message) in [
      (["distillation=teacher"], "needs a fixed teacher"),
      (["sandwich=false"], "'in-place' learns from the largest subnet of the step"),
      (["sandwich=false", "distillation=none", "randomSubnets=0"], "leave no subnet to train"),
      (["teacher=x.h5"], "set it to 'teacher'"),
      (["file=x.h5", "initial=y.h5"], "supernet.initial: this is about training a supernet"),
      (["file=x.h5", "schedule=largest-first"], "supernet.schedule: this is about training"),
      (["schedule=largest-first", "phaseShares=[0.5, 0.4]"], "the shares add up to 0.9"),
      (["schedule=largest-first", "phaseShares=[1]"], "that is 2 for largest, all; 1 were given"),
      (["schedule=largest-first", "phaseShares=[0.99, 0.01]"], "'all' gets none of the 4 steps"),
      (["schedule=largest-first", "phaseLearningRates=[1]"], "supernet.phaseLearningRates: one"),
      (["phases=[kernel]"], "the schedule sandwich has no phase 'kernel'"),
      (["schedule=largest-first", "phases=[all, largest]"], "follow each other in the order"),
      (["schedule=largest-first", "phases=[all]"], "went through largest: give them"),
    ] {
      let text = try String(
        describing: #require(throws: (any Error).self) {
          _ = try recipe(small, assignments)
        }
      )
      #expect(text.contains(message), "\(assignments): \(text)")
      #expect(text.hasPrefix("supernet."), "\(text)")
    }
  }

  /// Files to start from and to learn from: phases must fit, and so must space and classes.
  @Test func filesOfOtherPhasesAndSpacesAreRefused() throws {
    var small = try SmallRun()
    small.configuration.supernet.training.phases = ["largest"]
    small.configuration.supernet.training.schedule = .progressiveShrinking
    let run = try small.start("first")
    try run.trainSupernet()
    #expect(run.phase == "members")
    let file = small.folder.file("first/supernet.h5")
    #expect(try SupernetFile.information(path: file).provenance["phases"] == "largest")

    let next = ["initial=" + file, "phases=[kernel, depth]"]
    #expect(try recipe(small, next).history == ["largest", "kernel", "depth"])
    #expect(
      refusal(small, "initial=" + file, "phases=[width]").hasSuffix(
        "the phase 'width' goes on from weights that went through kernel, depth; these went through "
          + "largest"
      )
    )
    var other = small
    other.configuration.space.name = "resnet50-small"
    #expect(
      refusal(other, "initial=" + file).contains(
        "it is of the space 'mobilenetv3-small', the run's is 'resnet50-small'"
      )
    )
    other = small
    other.configuration.space.widthMultiplier = 0.5
    #expect(refusal(other, "initial=" + file).contains("in another configuration"))
    let data = small.folder.file("two.h5")
    try SmallRun.writeData(to: data, seed: 1, classes: 2)
    other = small
    other.configuration.data.file = data
    other.configuration.supernet.training.distillation = .teacher
    #expect(
      refusal(other, "teacher=" + file).contains(
        "(supernet.teacher) does not fit: it has 3 classes, the data set has 2"
      )
    )

    // As a search would refuse it, before its folder is made; to start from, all but the head fits.
    other.configuration.supernet.training.distillation = .inPlace
    other.configuration.supernet.training.schedule = .sandwich
    other.configuration.supernet.training.phases = []
    #expect(
      refusal(other, "file=" + file).contains(
        "(supernet.file) does not fit: it has 3 classes, the data set has 2; give it as "
          + "supernet.initial"
      )
    )
    let started = try recipe(other, ["initial=" + file])
    #expect(started.notes.count == 1 && started.history == ["largest", "all"])
    #expect(started.notes[0].contains("3 classes apart, the data set has 2"))

    // It goes on from there, and learns from the largest network of the file. The file is part of what
    // the run stands on.
    small.configuration = try configured(small, next + ["distillation=teacher", "epochs=2"])
    #expect(throws: Interrupted.self) {
      try small.start("second", interruption: Interruption(stoppingAtLook: 3)).trainSupernet()
    }
    try small.resume("second").trainSupernet()
    let second = small.folder.file("second/supernet.h5")
    #expect(
      try SupernetFile.information(path: second).provenance["phases"] == "largest, kernel, depth"
    )
    #expect(throws: Interrupted.self) {
      try small.start("third", interruption: Interruption(stoppingAtLook: 3)).trainSupernet()
    }
    try small.folder.put(small.folder.bytes("second/supernet.h5"), "first/supernet.h5")
    #expect(throws: RunError.self) { try small.resume("third") }
    // One that is trained needs the file no more.
    _ = try small.resume("second")
  }

  /// Said where the run begins, in its plan and in the file, and the run ends well.
  @Test func otherClassesAreStartedFrom() throws {
    var small = try SmallRun()
    try small.start("first").trainSupernet()
    let file = small.folder.file("first/supernet.h5")
    let data = small.folder.file("two.h5")
    try SmallRun.writeData(to: data, seed: 1, classes: 2)
    small.configuration.data.file = data
    small.configuration.supernet.initial = file
    let plan = try RunPlan(RunSetting(small.configuration)).text
    #expect(plan.contains("note       supernet.initial: it tells 3 classes apart"))
    let keeper = NoteKeeper()
    try small.start("second", reporter: keeper).train()
    #expect(keeper.notes.contains { $0.contains("the head (classifier.linear.weight") })
    let second = small.folder.file("second/supernet.h5")
    let notes = try SupernetFile.information(path: second).provenance["notes"]
    #expect(notes?.contains("all but the head is taken") == true)
    #expect(try Supernet.read(second).space.input.classes == 2)
  }

  /// At any of the keys, by the plan and before a folder is made.
  @Test func weightsThatAreNoNumbersAreRefused() throws {
    let small = try SmallRun()
    let supernet = try Supernet.read(trained(small))
    let key = "first_conv.conv.weight"
    var state = try supernet.state()
    let shape = try #require(state[key]).shape
    state[key] = try Tensor([Float](repeating: .nan, count: shape.reduce(1, *)), shape: shape)
    try supernet.load(state)
    let path = small.folder.file("nan.h5")
    try supernet.write(to: path)
    for keys in [["file="], ["initial="], ["distillation=teacher", "teacher="]] {
      let assignments = keys.map { $0.hasSuffix("=") ? $0 + path : $0 }
      let error = #expect(throws: SupernetError.self, "\(keys)") {
        try recipe(small, assignments)
      }
      #expect(error?.description.contains("'\(key)'") == true)
    }
  }

  private func trained(_ small: SmallRun) throws -> String {
    try small.start("trained").trainSupernet()
    return small.folder.file("trained/supernet.h5")
  }

  /// Curves come from the log: of a resumed run they are the same.
  @Test func trainingIsWatched() throws {
    var small = try SmallRun()
    small.configuration.supernet.training.epochs = 2
    small.configuration.supernet.training.schedule = .largestFirst
    small.configuration.supernet.training.averageDecay = 0.5
    try small.start("whole").trainSupernet()
    var stops = 0
    while true {
      let interruption = Interruption(stoppingAtLook: 3)
      do {
        let run =
          try stops == 0
          ? small.start("stopped", interruption: interruption)
          : small.resume("stopped", interruption: interruption)
        try run.trainSupernet()
        break
      } catch is Interrupted { stops += 1 }
    }
    #expect(stops >= 2)
    for name in ["metrics.jsonl", "supernet.svg", "supernet.h5"] {
      #expect(
        small.folder.bytes("whole/" + name) == small.folder.bytes("stopped/" + name),
        "\(name)"
      )
    }
    let log = String(decoding: small.folder.bytes("whole/metrics.jsonl"), as: UTF8.self)
    let watched = log.split(separator: "\n").filter { $0.contains("validation") }
    #expect(watched.count == 2)
    for name in ["largest", "smallest", "random"] {
      #expect(watched.allSatisfy { $0.contains("\"accuracy/\(name)\"") })
    }
    let picture = String(decoding: small.folder.bytes("whole/supernet.svg"), as: UTF8.self)
    #expect(picture.contains("accuracy, %") && picture.contains("smallest"))
    let timing = String(decoding: small.folder.bytes("whole/timing.jsonl"), as: UTF8.self)
    #expect(timing.contains("images_per_second"))
    // The search goes on from there.
    try small.resume("whole").train()
    #expect(try small.resume("whole").isFinished)
  }
}
