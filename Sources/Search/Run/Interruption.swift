import Synchronization

/// A request to stop at the next safe point, set from a signal handler or a clock and looked at
/// between steps.
public final class Interruption: Sendable {
  private let requested = Atomic<Int32>(0)
  private let saveRequested = Atomic<Bool>(false)

  public init() {}

  /// `signal` is what the exit status will tell; 0 when time ran out.
  public func request(signal: Int32) {
    requested.store(signal == 0 ? -1 : signal, ordering: .relaxed)
  }
  public func requestSave() { saveRequested.store(true, ordering: .relaxed) }

  public var isRequested: Bool { requested.load(ordering: .relaxed) != 0 }

  /// Whether a save was asked for since the last call.
  public func takeSaveRequest() -> Bool { saveRequested.exchange(false, ordering: .relaxed) }

  var signal: Int32 { max(0, requested.load(ordering: .relaxed)) }
}

/// Thrown when a run has saved itself and stopped because it was asked to.
public struct Interrupted: Error, Equatable {
  /// The signal that asked, or 0 when time ran out.
  public var signal: Int32
  public var folder: String
}
