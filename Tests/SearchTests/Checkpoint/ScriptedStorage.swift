import AtomicFiles
import Foundation
import HDF5
import Synchronization

/// The real disk, but calls go wrong as a script says. Calls are counted from 1; it keeps what was
/// done, for ``SimulatedDisk``.
final class ScriptedStorage: Storage {
  enum Fault {
    case code(Int32)
    case shortWrite
  }

  private struct State {
    var calls = 0
    var log: [SimulatedDisk.Operation] = []
    var paths: [Int32: String] = [:]
  }

  private let script: @Sendable (_ call: Int) -> Fault?
  private let state = Mutex(State())
  private let system = SystemStorage()

  init(_ script: @escaping @Sendable (_ call: Int) -> Fault? = { _ in nil }) {
    self.script = script
  }

  var calls: Int { state.withLock { $0.calls } }
  var log: [SimulatedDisk.Operation] { state.withLock { $0.log } }

  /// Whether a write is to be short.
  private func step() throws(StorageFault) -> Bool {
    let call = state.withLock { state in
      state.calls += 1
      return state.calls
    }
    switch script(call) {
    case .code(let code): throw StorageFault(code)
    case .shortWrite: return true
    case nil: return false
    }
  }

  private func opened(_ descriptor: Int32, _ path: String) {
    state.withLock { $0.paths[descriptor] = path }
  }

  private func did(_ operation: SimulatedDisk.Operation) {
    state.withLock { $0.log.append(operation) }
  }

  private func path(_ descriptor: Int32) -> String {
    state.withLock { $0.paths[descriptor] ?? "" }
  }

  func create(_ path: String) throws(StorageFault) -> Int32 {
    _ = try step()
    let descriptor = try system.create(path)
    opened(descriptor, path)
    did(.create(path))
    return descriptor
  }

  func openToAppend(_ path: String) throws(StorageFault) -> Int32 {
    _ = try step()
    let descriptor = try system.openToAppend(path)
    opened(descriptor, path)
    did(.open)
    return descriptor
  }

  func open(_ path: String) throws(StorageFault) -> Int32 {
    _ = try step()
    let descriptor = try system.open(path)
    opened(descriptor, path)
    did(.open)
    return descriptor
  }

  func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) throws(StorageFault) -> Int {
    let isShort = try step()
    let part = isShort ? bytes.prefix((bytes.count + 1) / 2) : bytes[...]
    let count = try system.write(file, UnsafeRawBufferPointer(rebasing: part))
    did(.write(path(file), Array(part)))
    return count
  }

  func synchronize(_ file: Int32) throws(StorageFault) {
    _ = try step()
    try system.synchronize(file)
    did(.synchronize(path(file)))
  }

  func close(_ file: Int32) throws(StorageFault) {
    // Linux frees the descriptor whatever `close` reports.
    try system.close(file)
    _ = try step()
    did(.close)
  }

  func rename(_ path: String, to target: String) throws(StorageFault) {
    _ = try step()
    try system.rename(path, to: target)
    did(.rename(path, target))
  }

  func remove(_ path: String) throws(StorageFault) {
    _ = try step()
    try system.remove(path)
    did(.remove(path))
  }

  func truncate(_ path: String, to size: Int) throws(StorageFault) {
    _ = try step()
    try system.truncate(path, to: size)
    did(.truncate(path, size))
  }
}
