import Foundation
import Synchronization

/// The temporary files that `AtomicFile` has begun, and the folders of `AtomicFolder`:
/// `NAME.PROCESS-NUMBER.partial` beside `NAME`.
enum Temporaries {
  private struct State {
    var count = 0
    var unfinished: Set<String> = []
  }

  private static let state = Mutex(State())

  /// A new name beside a target, remembered until `forget`.
  static func begin(beside target: String) -> String {
    state.withLock { state in
      state.count += 1
      let path = "\(target).\(getpid())-\(state.count)\(AtomicFile.temporarySuffix)"
      state.unfinished.insert(path)
      return path
    }
  }

  static func forget(_ path: String) {
    state.withLock { _ = $0.unfinished.remove(path) }
  }

  static func removeAll() {
    for path in state.withLock({ $0.unfinished }) {
      try? FileManager.default.removeItem(atPath: path)
    }
  }
}

extension AtomicFile {
  /// Removes what this process has begun to write and not yet published. For the end of a process
  /// on a signal, from a thread of its own (not inside a signal handler).
  package static func removeUnfinished() { Temporaries.removeAll() }

  /// Removes the temporary files beside `path` whose processes are gone, and gives their names.
  ///
  /// A file that another machine may still write, on a disk that both share, is locked by HDF5 there
  /// and stays.
  package static func removeAbandoned(beside path: String) -> [String] {
    guard let target = try? OutputFile.destination(of: path) else { return [] }
    let folder = OutputFile.folder(of: target)
    let prefix = (target as NSString).lastPathComponent + "."
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().filter { name in
      guard name.hasPrefix(prefix), name.hasSuffix(temporarySuffix) else { return false }
      let middle = name.dropFirst(prefix.count).dropLast(temporarySuffix.count).split(
        separator: "-",
        omittingEmptySubsequences: false
      )
      guard middle.count == 2, let process = pid_t(middle[0]), process > 0, Int(middle[1]) != nil,
        isGone(process)
      else { return false }
      return removeUnlocked("\(folder)/\(name)")
    }
  }

  private static func isGone(_ process: pid_t) -> Bool {
    if kill(process, 0) != 0 { return errno == ESRCH }
    // One that has ended and whose parent has not asked how still has a number: "7 (name) Z ...".
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return false }
    return text[end...].hasPrefix(") Z")
  }

  private static func removeUnlocked(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // A file system without locks gives another error: then the missing process must do.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { return false }
    return unlink(path) == 0
  }
}
