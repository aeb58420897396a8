/// What a run needs from its surroundings.
public struct RunServices {
  public var reporter: any Reporter
  public var interruption: Interruption

  public init(reporter: any Reporter, interruption: Interruption) {
    self.reporter = reporter
    self.interruption = interruption
  }
}
