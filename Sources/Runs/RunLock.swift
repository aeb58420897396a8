import AtomicFiles
import Foundation

/// The lock of a folder, such as a run's. It goes with the process, however that ends.
package final class RunLock: Sendable {
  /// Why there is no real lock, on a file system that has none.
  let problem: String?
  private let descriptor: Int32

  /// Throws ``RunError/busy(folder:holder:)`` while another process holds it, and `StorageError`.
  package init(_ folder: String) throws {
    let name = folder + "/.lock"
    descriptor = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw StorageError(name, "open", code: errno) }
    do {
      problem = try Self.take(descriptor, folder: folder, name)
    } catch {
      close(descriptor)
      throw error
    }
    let text = "process \(getpid()) on \(ProcessInfo.processInfo.hostName)"
    ftruncate(descriptor, 0)
    _ = text.withCString { write(descriptor, $0, strlen($0)) }
  }

  deinit { close(descriptor) }

  /// Throws ``RunError/busy(folder:holder:)`` while another process holds the lock. Takes nothing.
  static func check(_ folder: String) throws {
    let name = folder + "/.lock"
    let descriptor = open(name, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    _ = try take(descriptor, folder: folder, name)
  }

  /// Gives the reason where the file system has no locks: only a held lock means that another process
  /// works here.
  private static func take(_ descriptor: Int32, folder: String, _ name: String) throws -> String? {
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      guard code == EWOULDBLOCK else { return String(cString: strerror(code)) }
      let holder = (try? String(contentsOfFile: name, encoding: .utf8)) ?? ""
      throw RunError.busy(folder: folder, holder: holder.isEmpty ? "unknown process" : holder)
    }
    return nil
  }
}
