import RandomStreams
import SearchSpaces
import Supernet
import SupernetFixtures
import Testing
import Torch

@testable import Training

@Suite("Training phases") struct TrainingPhaseTests {
  /// Progressive shrinking in two steps a phase, with everything that a state can hold.
  private func trainer(_ name: String, weights: UInt64 = 1) throws -> NetworkTrainer {
    let space = try Fixture.space(name)
    var configuration = TrainingConfiguration()
    configuration.schedule = .progressiveShrinking
    let phases = configuration.schedule.phases(of: space).count
    configuration.phaseShares = .init(repeating: 1 / Double(phases), count: phases)
    configuration.epochs = 2 * phases
    configuration.warmUpEpochs = 1
    configuration.learningRate = 0.05
    configuration.gradientClip = 5
    configuration.randomSubnets = 1
    configuration.distillation = .teacher
    configuration.updates = .batch
    configuration.averageDecay = 0.5
    let supernet = try Supernet(
      space: space,
      random: RandomStream(seed: weights, name: "weights")
    )
    return try NetworkTrainer(
      supernet,
      configuration: configuration,
      stepsPerEpoch: 1,
      calibration: { [try Fixture.batch(16, seed: 99)] },
      seed: 1
    )
  }

  private func step(_ trainer: NetworkTrainer) throws -> TrainingMetrics {
    let seed = UInt64(trainer.stepsDone)
    return try trainer.step(Fixture.trainingBatch(8, seed: seed)).metrics()
  }

  private func bytes(_ state: [String: Tensor]) throws -> [String: [UInt8]] {
    try state.mapValues { try $0.bytes() }
  }

  /// From every step, those between two phases included, a restored trainer goes on to the same bytes.
  @Test(arguments: ["mobilenetv3-small", "resnet50-small"])
  func resumesInAndBetweenPhases(_ name: String) throws {
    let whole = try trainer(name)
    var states = [try whole.state()]
    var metrics: [TrainingMetrics] = []
    while !whole.isFinished {
      metrics.append(try step(whole))
      states.append(try whole.state())
    }
    #expect(metrics.map(\.phase) == metrics.indices.map { $0 / 2 })
    for start in states.indices.dropLast() {
      // One step suffices: its end is the start of the next.
      let second = try trainer(name, weights: 9)
      try second.restore(states[start])
      #expect(try step(second) == metrics[start], "from step \(start)")
      #expect(try bytes(second.state()) == bytes(states[start + 1]), "from step \(start)")
    }
    // The teacher is the largest network at the end of its phase, and stays.
    let teachers = try states.map { state in
      try bytes(state.filter { $0.key.hasPrefix("teacher/") })
    }
    for teacher in teachers[..<3] { #expect(teacher.isEmpty) }
    #expect(!teachers[3].isEmpty)
    for teacher in teachers[3...] { #expect(teacher == teachers[3]) }
  }

  /// Networks of a phase differ only in what is elastic by then.
  @Test func phasesVaryOnlyWhatIsElastic() throws {
    let trainer = try trainer("mobilenetv3-small")
    #expect(trainer.phases.map(\.name) == ["largest", "kernel", "depth", "width"])
    #expect(trainer.phases.map(\.sortsChannels) == [false, false, false, true])
    let space = trainer.supernet.space
    let allowed: [ElasticKinds] = [[], .kernel, [.kernel, .depth], [.kernel, .depth, .width]]
    for step in 0..<8 {
      let visits = trainer.visits(at: step)
      #expect(visits[0] == space.largest && visits.count == (step < 2 ? 1 : 3))
      for architecture in visits {
        for (index, decision) in space.decisions.decisions.enumerated()
        where architecture[index] >= 0 && !allowed[step / 2].contains(ElasticKinds(decision)) {
          #expect(architecture[index] == decision.choices.count - 1, "step \(step)")
        }
      }
    }
    #expect(trainer.visits(at: 7)[1] == space.smallest)
    let resnet = try Fixture.space("resnet50-small")
    #expect(
      TrainingSchedule.progressiveShrinking.phases(of: resnet).map(\.phase.name) == [
        "largest", "depth", "width",
      ]
    )
  }

  /// Each phase has its own warm-up, peak and fall.
  @Test func ratesBeginAnew() throws {
    let space = try Fixture.space("mobilenetv3-small")
    var configuration = TrainingConfiguration()
    configuration.schedule = .largestFirst
    configuration.epochs = 4
    configuration.warmUpEpochs = 1
    configuration.phaseShares = [0.5, 0.5]
    configuration.phaseLearningRates = [0.04, 0.02]
    let supernet = try Supernet(space: space, random: RandomStream(seed: 1, name: "weights"))
    let trainer = try NetworkTrainer(
      supernet,
      configuration: configuration,
      stepsPerEpoch: 1,
      seed: 1
    )
    var rates: [Double] = []
    while !trainer.isFinished { rates.append(try step(trainer).learningRate) }
    #expect(rates == [0.04, 0.04, 0.02, 0.02])
  }

  @Test func stepsAreDividedWithoutLoss() {
    #expect(TrainingSchedule.divide(10, by: [0.3, 0.7]) == [3, 7])
    #expect(TrainingSchedule.divide(10, by: [1.0 / 3, 1.0 / 3, 1.0 / 3]) == [3, 4, 3])
    #expect(TrainingSchedule.divide(1, by: [0.5, 0.5]).reduce(0, +) == 1)
  }
}
