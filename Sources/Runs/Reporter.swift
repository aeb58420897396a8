/// Where a run reports what it is doing. The command line prints it; a test may keep it.
public protocol Reporter: AnyObject {
  /// A line a person should see once.
  func note(_ text: String)
  /// Long work under `title`: `done` of `total` units, with what to show beside it.
  func progress(_ title: String, done: Int, total: Int, unit: String, detail: String)
  /// The work under way has ended.
  func endProgress()
}

/// Says nothing.
public final class SilentReporter: Reporter {
  public init() {}
  public func note(_ text: String) {}
  public func progress(_ title: String, done: Int, total: Int, unit: String, detail: String) {}
  public func endProgress() {}
}
