import Configuration
import Runs
import SearchSpaces
import Supernet
import Training

/// How a run trains its supernet: the keys `supernet.*` made concrete for a space and a number of
/// steps. Files that do not fit are refused here, before anything is computed.
package struct SupernetRecipe {
  package let plan: TrainingPlan
  /// The phases that the weights have been through at the end, those of `supernet.initial` (or of
  /// `supernet.file`) first.
  package let history: [String]
  /// What is done to the weights of the files before they are used, a line each.
  package let notes: [String]

  /// What the provenance of a supernet file calls the phases its weights went through.
  package static let historyKey = "phases"

  /// Throws ``ConfigurationError``, ``RunError/invalidInput(_:)``, ``SupernetError`` for weights that
  /// are no numbers, or `HDF5Error` for a file that cannot be read.
  package init(
    _ keys: RunConfiguration.SupernetTraining,
    of space: any ConfiguredSpace,
    stepsPerEpoch: Int
  ) throws {
    try keys.checkFiles()
    plan = try keys.plan(of: space, stepsPerEpoch: stepsPerEpoch)
    if let path = keys.file {
      let file = try NamedSupernet(path, key: "supernet.file", space: space)
      history = file.history
      notes = file.notes
      return
    }
    let initial = try keys.initial.map {
      try NamedSupernet($0, key: "supernet.initial", space: space, isStart: true)
    }
    let earlier = initial?.history ?? []
    let missing = plan.earlier.filter { !earlier.contains($0) }
    guard missing.isEmpty else {
      throw Self.wrongPhase(plan.phases[0].name, missing: missing, earlier, of: keys)
    }
    let teacher = try keys.teacher.map {
      try NamedSupernet($0, key: "supernet.teacher", space: space)
    }
    let makesTeacher = plan.phases[0].elastic.isEmpty || keys.initial != nil
    guard keys.training.distillation != .teacher || keys.teacher != nil || makesTeacher else {
      throw ConfigurationError(
        place: "supernet.distillation",
        message: "'teacher' needs a fixed teacher: give a file as supernet.teacher, or a "
          + "supernet.schedule that trains the largest network first (largest-first, "
          + "progressive-shrinking)"
      )
    }
    history = earlier + plan.phases.map(\.name)
    notes = (initial?.notes ?? []) + (teacher?.notes ?? [])
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
}

extension RunConfiguration.SupernetTraining {
  /// Refuses keys about files that exclude each other. The training configuration checks its own
  /// keys.
  func checkFiles() throws {
    func refuse(_ key: String, _ message: String) -> ConfigurationError {
      ConfigurationError(place: "supernet." + key, message: message)
    }
    if file != nil {
      for (key, isSet) in [
        ("initial", initial != nil), ("teacher", teacher != nil),
        ("schedule", training.schedule != .sandwich), ("phases", !training.phases.isEmpty),
      ] where isSet {
        throw refuse(
          key,
          "this is about training a supernet, and supernet.file gives a trained one; leave out one "
            + "of the two (supernet.initial gives weights to start from)"
        )
      }
    }
    if teacher != nil, training.distillation != .teacher {
      throw refuse(
        "teacher",
        "a teacher is given and supernet.distillation is '\(training.distillation.rawValue)'; set it "
          + "to 'teacher', or leave the file out"
      )
    }
  }
}
