import AtomicFiles

/// The real disk, but for what a test makes otherwise.
package protocol PatchedStorage: Storage {}

extension PatchedStorage {
  package func create(_ path: String) throws(StorageFault) -> Int32 {
    try SystemStorage().create(path)
  }
  package func openToAppend(_ path: String) throws(StorageFault) -> Int32 {
    try SystemStorage().openToAppend(path)
  }
  package func open(_ path: String) throws(StorageFault) -> Int32 {
    try SystemStorage().open(path)
  }
  package func write(
    _ descriptor: Int32,
    _ bytes: UnsafeRawBufferPointer
  ) throws(StorageFault) -> Int {
    try SystemStorage().write(descriptor, bytes)
  }
  package func synchronize(_ descriptor: Int32) throws(StorageFault) {
    try SystemStorage().synchronize(descriptor)
  }
  package func close(_ descriptor: Int32) throws(StorageFault) {
    try SystemStorage().close(descriptor)
  }
  package func rename(_ path: String, to target: String) throws(StorageFault) {
    try SystemStorage().rename(path, to: target)
  }
  package func remove(_ path: String) throws(StorageFault) { try SystemStorage().remove(path) }
  package func truncate(_ path: String, to size: Int) throws(StorageFault) {
    try SystemStorage().truncate(path, to: size)
  }
}
