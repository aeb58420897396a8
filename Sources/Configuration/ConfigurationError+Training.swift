import SearchSpaces
import Training

extension ConfigurationError {
  /// What is wrong with a field of the embedded training configuration, at its key. Nil for errors that
  /// are about no field.
  package init?(_ error: TrainingError) {
    guard case .invalidConfiguration(let field, let reason) = error else { return nil }
    self.init(place: "supernet." + field, message: reason)
  }
}

extension RunConfiguration.SupernetTraining {
  /// The phases and steps of the training.
  ///
  /// Throws ``ConfigurationError`` at the key that is wrong.
  package func plan(of space: any SearchSpace, stepsPerEpoch: Int) throws -> TrainingPlan {
    do {
      return try TrainingPlan(training, of: space, stepsPerEpoch: stepsPerEpoch)
    } catch {
      throw ConfigurationError(error) ?? error as any Error
    }
  }
}
