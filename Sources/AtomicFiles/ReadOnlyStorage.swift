import Foundation

/// A disk that nothing can be written to: every change is refused as by a read-only file system
/// (`EROFS`). Whoever holds it can be trusted to change nothing.
public struct ReadOnlyStorage: Storage {
  public init() {}

  private func refuse() throws(StorageFault) -> Never { throw StorageFault(EROFS) }

  public func create(_ path: String) throws(StorageFault) -> Int32 { try refuse() }
  public func openToAppend(_ path: String) throws(StorageFault) -> Int32 { try refuse() }
  public func open(_ path: String) throws(StorageFault) -> Int32 { try refuse() }
  public func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(StorageFault)
    -> Int
  {
    try refuse()
  }
  public func synchronize(_ descriptor: Int32) throws(StorageFault) { try refuse() }
  public func close(_ descriptor: Int32) throws(StorageFault) { try refuse() }
  public func rename(_ path: String, to target: String) throws(StorageFault) { try refuse() }
  public func remove(_ path: String) throws(StorageFault) { try refuse() }
  public func truncate(_ path: String, to size: Int) throws(StorageFault) { try refuse() }
}
