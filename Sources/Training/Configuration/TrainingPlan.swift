import SearchSpaces

/// What a configuration comes to for a space and a number of batches: its phases, with their steps.
public struct TrainingPlan: Sendable, Hashable {
  /// In the order in which they are trained.
  public var phases: [TrainingPhase]
  /// Names of the schedule's phases before these; the weights must have gone through them.
  public var earlier: [String]

  /// `epochs * stepsPerEpoch` steps, divided among the phases that the configuration selects.
  ///
  /// Throws ``TrainingError/invalidConfiguration(field:reason:)``.
  public init(
    _ configuration: TrainingConfiguration,
    of space: any SearchSpace,
    stepsPerEpoch: Int
  ) throws(TrainingError) {
    try configuration.validate()
    let (steps, warmUp) = try Self.steps(configuration, stepsPerEpoch)
    let all = configuration.schedule.phases(of: space)
    let range = try Self.selected(configuration, all.map(\.phase.name), of: space)
    let names = all[range].map(\.phase.name)
    try Self.requireOnePerPhase("phaseShares", configuration.phaseShares, names)
    try Self.requireOnePerPhase("phaseLearningRates", configuration.phaseLearningRates, names)
    var shares = configuration.phaseShares
    if shares.isEmpty {
      let own = all[range].map(\.share)
      shares = own.map { $0 / own.reduce(0, +) }
    }
    let sum = shares.reduce(0, +)
    guard abs(sum - 1) < 1e-6 else {
      throw .invalidConfiguration(
        field: "phaseShares",
        reason: "the shares add up to \(sum); they must add up to 1"
      )
    }
    phases = all[range].map(\.phase)
    earlier = all[..<range.lowerBound].map(\.phase.name)
    for (index, count) in TrainingSchedule.divide(steps, by: shares).enumerated() {
      guard count > 0 else {
        throw .invalidConfiguration(
          field: "phaseShares",
          reason: "the phase '\(phases[index].name)' gets none of the \(steps) steps; raise its "
            + "share or the epochs"
        )
      }
      phases[index].steps = count
      phases[index].warmUpSteps = min(count, warmUp)
      if !configuration.phaseLearningRates.isEmpty {
        phases[index].learningRate = configuration.phaseLearningRates[index]
      }
    }
  }

  /// One phase with all steps, for a network alone: the configuration's phases concern subnets and
  /// are ignored.
  public init(
    alone configuration: TrainingConfiguration,
    stepsPerEpoch: Int
  ) throws(TrainingError) {
    try configuration.validate()
    let (steps, warmUp) = try Self.steps(configuration, stepsPerEpoch)
    phases = [TrainingPhase("all", steps: steps, warmUpSteps: warmUp)]
    earlier = []
  }

  /// Of all phases together.
  public var steps: Int { phases.reduce(0) { $0 + $1.steps } }

  private static func steps(
    _ configuration: TrainingConfiguration,
    _ stepsPerEpoch: Int
  ) throws(TrainingError) -> (all: Int, warmUp: Int) {
    let (steps, overflows) = configuration.epochs.multipliedReportingOverflow(by: stepsPerEpoch)
    guard steps > 0, !overflows else {
      throw .invalidConfiguration(
        field: "epochs",
        reason: "\(configuration.epochs) epochs of \(stepsPerEpoch) steps give no step to train"
      )
    }
    let warmUp = (configuration.warmUpEpochs * Double(stepsPerEpoch)).rounded()
    return (steps, warmUp < Double(steps) ? Int(warmUp) : steps)
  }

  private static func selected(
    _ configuration: TrainingConfiguration,
    _ names: [String],
    of space: any SearchSpace
  ) throws(TrainingError) -> Range<Int> {
    let wanted = configuration.phases
    guard !wanted.isEmpty else { return names.indices }
    for name in wanted where !names.contains(name) {
      throw .invalidConfiguration(
        field: "phases",
        reason:
          "the schedule \(configuration.schedule.rawValue) has no phase '\(name)' in the space "
          + "\(space.name); its phases are \(names.joined(separator: ", "))"
      )
    }
    let first = names.firstIndex(of: wanted[0]) ?? 0
    let range = first..<min(names.count, first + wanted.count)
    guard Array(names[range]) == wanted else {
      throw .invalidConfiguration(
        field: "phases",
        reason: "phases follow each other in the order \(names.joined(separator: ", ")); "
          + "\(wanted.joined(separator: ", ")) is not a consecutive part of it"
      )
    }
    return range
  }

  private static func requireOnePerPhase(
    _ field: String,
    _ values: [Double],
    _ names: [String]
  ) throws(TrainingError) {
    guard values.isEmpty || values.count == names.count else {
      throw .invalidConfiguration(
        field: field,
        reason: "one value for each phase is needed, that is \(names.count) for "
          + "\(names.joined(separator: ", ")); \(values.count) were given"
      )
    }
  }
}
