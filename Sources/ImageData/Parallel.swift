import Dispatch

/// `make` for 0, 1, 2, ... on all cores; the results stand in the same order as made one by one.
package func inParallel<Result: Sendable>(
  _ count: Int,
  _ make: @Sendable (Int) -> Result
) -> [Result] {
  guard count > 1 else { return (0..<count).map(make) }
  return [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
    // Every place is written by one call, and read only after all of them have ended.
    nonisolated(unsafe) let places = buffer
    DispatchQueue.concurrentPerform(iterations: count) { index in
      places.initializeElement(at: index, to: make(index))
    }
    initialized = count
  }
}
