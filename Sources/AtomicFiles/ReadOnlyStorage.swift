import Foundation

/// A disk that nothing can be written to: every change is refused as by a read-only file system
/// (`EROFS`). Whoever holds it can be trusted to change nothing.
package struct ReadOnlyStorage: Storage {
  package init() {}

  private func refuse() throws(StorageFault) -> Never { throw StorageFault(EROFS) }

  package func create(_ path: String) throws(StorageFault) -> Int32 { try refuse() }
  package func openToAppend(_ path: String) throws(StorageFault) -> Int32 { try refuse() }
  package func open(_ path: String) throws(StorageFault) -> Int32 { try refuse() }
  package func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(StorageFault)
    -> Int
  {
    try refuse()
  }
  package func synchronize(_ descriptor: Int32) throws(StorageFault) { try refuse() }
  package func close(_ descriptor: Int32) throws(StorageFault) { try refuse() }
  package func rename(_ path: String, to target: String) throws(StorageFault) { try refuse() }
  package func remove(_ path: String) throws(StorageFault) { try refuse() }
  package func truncate(_ path: String, to size: Int) throws(StorageFault) { try refuse() }
}
