/// Images a second since the last restart.
struct RateMeter {
  private let clock = ContinuousClock()
  private let imagesPerStep: Int
  private var start: ContinuousClock.Instant
  private var steps = 0

  init(imagesPerStep: Int) {
    self.imagesPerStep = imagesPerStep
    start = clock.now
  }

  mutating func addStep() { steps += 1 }

  mutating func restart() {
    steps = 0
    start = clock.now
  }

  var imagesPerSecond: Double {
    Double(steps * imagesPerStep) / ((clock.now - start) / .seconds(1))
  }
}
