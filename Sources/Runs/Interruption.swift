import Foundation
import Synchronization

/// A request to stop at the next safe point, set from a signal handler or a clock and looked at
/// between steps.
public final class Interruption: Sendable {
  private let requested = Atomic<Int32>(0)
  private let saveRequested = Atomic<Bool>(false)
  private let looksLeft: Atomic<Int>

  public init() { looksLeft = Atomic(.max) }

  /// Requests a stop by itself when a run looks for the `count`-th time: how tests stop at a
  /// certain step.
  package init(stoppingAtLook count: Int) { looksLeft = Atomic(count) }

  /// `signal` determines the exit status; 0 when time ran out.
  public func request(signal: Int32) {
    requested.store(signal == 0 ? -1 : signal, ordering: .relaxed)
  }
  public func requestSave() { saveRequested.store(true, ordering: .relaxed) }

  public var isRequested: Bool { requested.load(ordering: .relaxed) != 0 }

  /// As `isRequested`, for the run itself, once between any two steps.
  package func look() -> Bool {
    if looksLeft.wrappingSubtract(1, ordering: .relaxed).newValue <= 0 { request(signal: SIGTERM) }
    return isRequested
  }

  /// Whether a save was asked for since the last call.
  public func takeSaveRequest() -> Bool { saveRequested.exchange(false, ordering: .relaxed) }

  package var signal: Int32 { max(0, requested.load(ordering: .relaxed)) }
}

/// Thrown when a run has saved itself and stopped because it was asked to.
public struct Interrupted: Error, Equatable {
  /// The signal that asked, or 0 when time ran out.
  public var signal: Int32
  public var folder: String

  package init(signal: Int32, folder: String) {
    self.signal = signal
    self.folder = folder
  }
}
