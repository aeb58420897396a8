import Dispatch
import Synchronization

/// Writes checkpoints on a thread of its own, one at a time, while the run goes on.
package final class CheckpointWriter: Sendable {
  package typealias Outcome = Result<String, any Error>

  package let store: CheckpointStore
  private let queue = DispatchQueue(label: "regnas.checkpoints", qos: .utility)
  private let state = Mutex((isBusy: false, outcome: Outcome?.none))

  package init(_ store: CheckpointStore) { self.store = store }

  /// Whether a checkpoint is being written.
  package var isBusy: Bool { state.withLock { $0.isBusy } }

  /// How the last one ended: its name or what went wrong. Given once.
  package func takeOutcome() -> Outcome? {
    state.withLock { state in
      defer { state.outcome = nil }
      return state.outcome
    }
  }

  /// Starts writing and returns. To be called only when not busy; else it waits its turn.
  package func begin(_ snapshot: CheckpointSnapshot) {
    state.withLock { $0.isBusy = true }
    queue.async { [self] in
      let outcome = Outcome { try store.save(snapshot) }
      state.withLock { $0 = (false, outcome) }
    }
  }

  /// Returns when nothing is being written any more.
  package func wait() { queue.sync {} }
}
