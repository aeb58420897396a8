import Synchronization

/// Counts how often tensors are read to the host: each read has to wait for the GPU.
package final class HostReads: Sendable {
  @TaskLocal static var current: HostReads?
  private let reads = Atomic<Int>(0)

  /// How often `body` reads, on the thread that calls.
  package static func count(in body: () throws -> Void) rethrows -> Int {
    let counter = HostReads()
    try $current.withValue(counter) { try body() }
    return counter.reads.load(ordering: .relaxed)
  }

  static func add() { current?.reads.add(1, ordering: .relaxed) }
}
