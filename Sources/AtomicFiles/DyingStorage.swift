import Foundation
import Synchronization

/// The real disk, until the process kills itself at one operation. The tests of crashes use it
/// through the hidden option `--die-at-storage-operation`: a process that dies between two system
/// calls cannot be made from outside with any precision.
///
/// Every call counts as one operation. The one at which the process dies is not carried out, except
/// that half of a write is.
package final class DyingStorage: Storage {
  private let last: Int
  private let count = Mutex(0)
  private let system = SystemStorage()

  /// Operations are counted from 1.
  package init(dyingAt last: Int) { self.last = last }

  private func step(dying: () -> Void = {}) {
    let number = count.withLock { value in
      value += 1
      return value
    }
    guard number >= last else { return }
    dying()
    kill(getpid(), SIGKILL)
    // Other threads, waiting here too, must not get past it either.
    while true { pause() }
  }

  package func create(_ path: String) throws(StorageFault) -> Int32 {
    step()
    return try system.create(path)
  }

  package func openToAppend(_ path: String) throws(StorageFault) -> Int32 {
    step()
    return try system.openToAppend(path)
  }

  package func open(_ path: String) throws(StorageFault) -> Int32 {
    step()
    return try system.open(path)
  }

  package func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(StorageFault)
    -> Int
  {
    step {
      _ = try? system.write(
        descriptor,
        UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)])
      )
    }
    return try system.write(descriptor, bytes)
  }

  package func synchronize(_ descriptor: Int32) throws(StorageFault) {
    step()
    try system.synchronize(descriptor)
  }

  package func close(_ descriptor: Int32) throws(StorageFault) {
    step()
    try system.close(descriptor)
  }

  package func rename(_ path: String, to target: String) throws(StorageFault) {
    step()
    try system.rename(path, to: target)
  }

  package func remove(_ path: String) throws(StorageFault) {
    step()
    try system.remove(path)
  }

  package func truncate(_ path: String, to size: Int) throws(StorageFault) {
    step()
    try system.truncate(path, to: size)
  }
}
