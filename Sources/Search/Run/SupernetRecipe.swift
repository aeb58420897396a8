import Configuration
import HDF5
import SearchSpaces
import Supernet
import Training

/// How a run trains its supernet: the keys `supernet.*` made concrete for a space and a number of
/// steps. Keys that exclude each other and files that do not fit are refused here, before anything is
/// computed.
package struct SupernetRecipe {
  package let training: TrainingConfiguration
  /// The phases that the weights have been through at the end, those of `supernet.initial` (or of
  /// `supernet.file`) first.
  package let history: [String]

  /// What the provenance of a supernet file calls the phases its weights went through.
  package static let historyKey = "phases"

  /// Throws ``ConfigurationError``, ``RunError/invalidInput(_:)``, or `HDF5Error` for a file that cannot
  /// be read.
  package init(
    _ keys: RunConfiguration.SupernetTraining,
    of space: any ConfiguredSpace,
    stepsPerEpoch: Int
  ) throws {
    try keys.checkExclusions()
    let phases = try keys.selectedPhases(of: space, steps: keys.epochs * stepsPerEpoch)
    var training = keys.training(stepsPerEpoch: stepsPerEpoch)
    training.phases = phases.selected
    if let path = keys.file {
      self.training = training
      history = Self.history(try SupernetFile.information(path: path))
      return
    }
    var earlier: [String] = []
    if let path = keys.initial {
      earlier = Self.history(try Self.fitting(path, key: "supernet.initial", space: space))
    }
    let missing = phases.before.filter { !earlier.contains($0) }
    guard missing.isEmpty else {
      throw Self.wrongPhase(phases.selected[0].name, missing: missing, earlier, of: keys)
    }
    if let path = keys.teacher {
      _ = try Self.fitting(path, key: "supernet.teacher", space: space)
    }
    let makesTeacher = phases.selected[0].elastic.isEmpty || keys.initial != nil
    guard keys.distillation != .teacher || keys.teacher != nil || makesTeacher else {
      throw ConfigurationError(
        place: "supernet.distillation",
        message: "'teacher' needs a fixed teacher: give a file as supernet.teacher, or a "
          + "supernet.schedule that trains the largest network first (largest-first, "
          + "progressive-shrinking)"
      )
    }
    self.training = training
    history = earlier + phases.selected.map(\.name)
  }

  private static func history(_ information: SupernetFile.Information) -> [String] {
    (information.provenance[historyKey] ?? "").split(separator: ",").map {
      String($0.drop { $0 == " " })
    }
  }

  private static func wrongPhase(
    _ phase: String,
    missing: [String],
    _ earlier: [String],
    of keys: RunConfiguration.SupernetTraining
  ) -> any Error {
    let missing = missing.joined(separator: ", ")
    guard let path = keys.initial else {
      return ConfigurationError(
        place: "supernet.phases",
        message:
          "the phase '\(phase)' goes on from weights that went through \(missing): give them "
          + "as supernet.initial, or train from the first phase on"
      )
    }
    let found = earlier.isEmpty ? "none" : earlier.joined(separator: ", ")
    return RunError.invalidInput(
      "\(path) (supernet.initial): the phase '\(phase)' goes on from weights that went through "
        + "\(missing); these went through \(found)"
    )
  }

  /// What a supernet file says of itself, if its space is the run's.
  private static func fitting(
    _ path: String,
    key: String,
    space: any ConfiguredSpace
  ) throws -> SupernetFile.Information {
    let information = try SupernetFile.information(path: path)
    let found = information.space
    guard try found != SpaceDescription(space) else { return information }
    var reason = "it is of the space '\(found.name)', the run's is '\(space.name)'"
    if found.name == space.name {
      reason = "it is of the space '\(found.name)' in another configuration (widths, resolutions)"
      if let input = try? found.makeSpace().input, input.classes != space.input.classes {
        reason = "it tells \(input.classes) classes apart, the data set has \(space.input.classes)"
      }
    }
    throw RunError.invalidInput("\(path) (\(key)) does not fit: \(reason)")
  }
}

extension RunConfiguration.SupernetTraining {
  /// What does not depend on the space: all but the phases. Epochs as steps.
  package func training(stepsPerEpoch: Int) -> TrainingConfiguration {
    var result = TrainingConfiguration()
    result.steps = epochs * stepsPerEpoch
    result.warmUpSteps = min(
      result.steps,
      Int((warmupEpochs * Double(stepsPerEpoch)).rounded())
    )
    result.learningRate = learningRate
    result.momentum = momentum
    result.weightDecay = weightDecay
    result.labelSmoothing = labelSmoothing
    result.gradientClipping = gradientClip > 0 ? gradientClip : nil
    result.sandwich = sandwich
    result.randomSubnets = randomSubnets
    result.sampling = sampling
    result.updates = updates
    result.gradients = gradients
    result.distillation = distillation
    result.distillationWeight = distillationWeight
    result.averaging = averaging
    result.precision = precision
    return result
  }

  /// Keys that cannot stand together.
  fileprivate func checkExclusions() throws {
    func refuse(_ key: String, _ message: String) -> ConfigurationError {
      ConfigurationError(place: "supernet." + key, message: message)
    }
    if file != nil {
      for (key, isSet) in [
        ("initial", initial != nil), ("teacher", teacher != nil),
        ("schedule", schedule != .sandwich), ("phases", !phases.isEmpty),
      ] where isSet {
        throw refuse(
          key,
          "this is about training a supernet, and supernet.file gives a trained one; leave out one "
            + "of the two (supernet.initial gives weights to start from)"
        )
      }
    }
    if !sandwich, randomSubnets == 0 {
      throw refuse(
        "randomSubnets",
        "0 and supernet.sandwich=false leave no subnet to train; change one of them"
      )
    }
    if !sandwich, distillation == .inPlace {
      throw refuse(
        "distillation",
        "'in-place' learns from the largest subnet of the step, which supernet.sandwich=false leaves "
          + "out; take 'teacher' or 'none'"
      )
    }
    if teacher != nil, distillation != .teacher {
      throw refuse(
        "teacher",
        "a teacher is given and supernet.distillation is '\(distillation.rawValue)'; set it to "
          + "'teacher', or leave the file out"
      )
    }
  }

  /// The schedule's phases that are trained, with their steps, and the names of those before them.
  fileprivate func selectedPhases(
    of space: any SearchSpace,
    steps: Int
  ) throws -> (before: [String], selected: [TrainingPhase]) {
    let all = schedule.phases(of: space)
    let names = all.map(\.phase.name)
    var range = all.indices
    if !phases.isEmpty {
      for name in phases where !names.contains(name) {
        throw ConfigurationError(
          place: "supernet.phases",
          message: "the schedule \(schedule.rawValue) has no phase '\(name)' in the space "
            + "\(space.name); its phases are \(names.joined(separator: ", "))"
        )
      }
      let first = names.firstIndex(of: phases[0]) ?? 0
      range = first..<min(all.count, first + phases.count)
      guard Array(names[range]) == phases else {
        throw ConfigurationError(
          place: "supernet.phases",
          message: "phases follow each other in the order \(names.joined(separator: ", ")); "
            + "\(phases.joined(separator: ", ")) is no part of that"
        )
      }
    }
    func check(_ key: String, _ values: [Double]) throws {
      guard values.isEmpty || values.count == range.count else {
        throw ConfigurationError(
          place: "supernet." + key,
          message: "one value for each phase is needed, that is \(range.count) for "
            + "\(names[range].joined(separator: ", ")); \(values.count) were given"
        )
      }
    }
    try check("phaseShares", phaseShares)
    try check("phaseLearningRates", phaseLearningRates)
    let sum = phaseShares.reduce(0, +)
    guard phaseShares.isEmpty || abs(sum - 1) < 1e-6 else {
      throw ConfigurationError(
        place: "supernet.phaseShares",
        message: "the shares add up to \(sum); they must add up to 1"
      )
    }
    let own = all[range].map(\.share)
    let shares = phaseShares.isEmpty ? own.map { $0 / own.reduce(0, +) } : phaseShares
    var selected = all[range].map(\.phase)
    for (index, count) in TrainingSchedule.divide(steps, by: shares).enumerated() {
      guard count > 0 else {
        throw ConfigurationError(
          place: "supernet.phaseShares",
          message: "the phase '\(selected[index].name)' gets none of the \(steps) steps; raise its "
            + "share or supernet.epochs"
        )
      }
      selected[index].steps = count
      if !phaseLearningRates.isEmpty {
        selected[index].learningRate = phaseLearningRates[index]
      }
    }
    return (Array(names[..<range.lowerBound]), selected)
  }
}
