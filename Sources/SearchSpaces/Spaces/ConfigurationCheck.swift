import Networks

/// The checks that the configurations of all spaces share, with one kind of message.
struct ConfigurationCheck {
  var space: String

  private func refuse(_ field: String, _ reason: String) -> SpaceError {
    .invalidConfiguration(space: space, field: field, reason: reason)
  }

  func positive(_ field: String, _ values: Int...) throws(SpaceError) {
    for value in values where !(1...65_536).contains(value) {
      throw refuse(field, "is \(value); it must lie in 1...65536")
    }
  }

  func scale(_ field: String, _ value: Double) throws(SpaceError) {
    guard value.isFinite, value > 0, value <= 64 else {
      throw refuse(field, "is \(value); it must lie above 0 and be at most 64")
    }
  }

  func probability(_ field: String, _ value: Double) throws(SpaceError) {
    guard value >= 0, value < 1 else {
      throw refuse(field, "is \(value); it must be at least 0 and below 1")
    }
  }

  func norm(_ settings: BatchNormSettings) throws(SpaceError) {
    guard settings.epsilon.isFinite, settings.epsilon > 0 else {
      throw refuse("norm.epsilon", "is \(settings.epsilon); it must be above 0")
    }
    guard settings.momentum > 0, settings.momentum <= 1 else {
      throw refuse("norm.momentum", "is \(settings.momentum); it must lie above 0 and be at most 1")
    }
  }

  /// One to 64 choices, strictly ascending, none below `least`.
  func choices<Value: Comparable>(_ field: String, _ values: [Value], atLeast least: Value)
    throws(SpaceError)
  {
    guard (1...64).contains(values.count), zip(values, values.dropFirst()).allSatisfy(<),
      values[0] >= least
    else {
      throw refuse(
        field,
        "is \(values); it takes 1 to 64 ascending choices, none below \(least)"
      )
    }
  }

  func kernels(_ field: String, _ values: [Int]) throws(SpaceError) {
    try choices(field, values, atLeast: 1)
    guard values.allSatisfy({ $0 % 2 == 1 && $0 <= 31 }) else {
      throw refuse(field, "is \(values); kernels are odd and at most 31")
    }
  }

  func ratios(_ field: String, _ values: [Double]) throws(SpaceError) {
    try choices(field, values, atLeast: 0)
    for value in values { try scale(field, value) }
  }

  func stages<Stage>(_ values: [Stage]) throws(SpaceError) {
    guard !values.isEmpty else { throw refuse("stages", "is empty; at least one is needed") }
  }
}
