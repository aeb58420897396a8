import Dispatch
import Synchronization

/// Makes items 0, 1, 2, ... ahead of their use on background threads, and gives them in order.
///
/// Each item is made by a pure function of its number, so the threads' timing cannot change what
/// is given. At most `depth` items are ready or under way.
final class Prefetcher<Item: Sendable> {
  /// An item under way.
  private final class Promise: Sendable {
    private let item = Mutex<Item?>(nil)
    private let isKept = DispatchSemaphore(value: 0)

    func keep(_ value: Item) {
      item.withLock { $0 = value }
      isKept.signal()
    }

    func wait() -> Item? {
      isKept.wait()
      return item.withLock { value in
        defer { value = nil }
        return value
      }
    }
  }

  private let make: @Sendable (Int) -> Item
  private let end: Int
  private let queues: [DispatchQueue]
  private var promises: [Promise] = []
  private var scheduled: Int
  /// The number of the item that `next` gives.
  private(set) var position: Int

  init(
    from start: Int,
    to end: Int = .max,
    depth: Int,
    threads: Int,
    make: @escaping @Sendable (Int) -> Item
  ) {
    self.make = make
    self.end = end
    position = start
    scheduled = start
    queues = (0..<max(1, threads)).map { DispatchQueue(label: "regnas.prefetch.\($0)") }
    for _ in 0..<max(1, depth) { schedule() }
  }

  /// The next item, waiting for it if it is not ready; `nil` after the end.
  func next() -> Item? {
    guard position < end else { return nil }
    let promise = promises.removeFirst()
    let item = promise.wait()
    position += 1
    schedule()
    return item
  }

  private func schedule() {
    guard scheduled < end else { return }
    let promise = Promise()
    promises.append(promise)
    let number = scheduled
    queues[number % queues.count].async { [make] in promise.keep(make(number)) }
    scheduled += 1
  }
}
