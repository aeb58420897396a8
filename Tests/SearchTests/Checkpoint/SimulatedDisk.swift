/// A disk that loses power: what was not synchronised may be there, in part or not at all.
///
/// It holds the entries of one folder. Data are durable after the file was synchronised, entries
/// after the folder was. At a crash any of the pending changes of entries may have reached the disk
/// without the others, and of pending data nothing, half or all.
struct SimulatedDisk {
  enum Operation {
    case create(String)
    case open
    case write(String, [UInt8])
    case synchronize(String)
    case close
    case rename(String, String)
    case remove(String)
    case truncate(String, Int)
  }

  private struct File {
    var data: [UInt8] = []
    var durable = 0
  }

  private enum Change {
    case link(String, Int)
    case move(String, String, Int)
    case unlink(String)
  }

  private let folder: String
  private var files: [File] = []
  private var durable: [String: Int] = [:]
  private var current: [String: Int] = [:]
  private var pending: [Change] = []

  /// A disk on which these files are safe. Paths of operations begin with `folder`.
  init(folder: String, files: [String: [UInt8]]) {
    self.folder = folder
    for (name, data) in files {
      durable[folder + "/" + name] = self.files.count
      self.files.append(File(data: data, durable: data.count))
    }
    current = durable
  }

  mutating func apply(_ operation: Operation) {
    switch operation {
    case .open, .close: break
    case .create(let path):
      current[path] = files.count
      pending.append(.link(path, files.count))
      files.append(File())
    case .write(let path, let bytes):
      if let file = current[path] { files[file].data += bytes }
    case .synchronize(let path) where path == folder:
      durable = current
      pending = []
    case .synchronize(let path):
      if let file = current[path] { files[file].durable = files[file].data.count }
    case .rename(let path, let target):
      guard let file = current.removeValue(forKey: path) else { return }
      current[target] = file
      pending.append(.move(path, target, file))
    case .remove(let path):
      current[path] = nil
      pending.append(.unlink(path))
    case .truncate(let path, let size):
      guard let file = current[path] else { return }
      files[file].data = Array(files[file].data.prefix(size))
      files[file].durable = min(files[file].durable, size)
    }
  }

  /// Every state the folder may be found in if power fails now: contents by name.
  func crashes() -> [[String: [UInt8]]] {
    var result: [[String: [UInt8]]] = []
    for subset in 0..<(1 << pending.count) {
      var entries = durable
      for (index, change) in pending.enumerated() where subset >> index & 1 == 1 {
        switch change {
        case .link(let path, let file): entries[path] = file
        case .move(let path, let target, let file):
          entries[path] = nil
          entries[target] = file
        case .unlink(let path): entries[path] = nil
        }
      }
      for numerator in 0...2 {
        result.append(
          Dictionary(
            uniqueKeysWithValues: entries.map { path, index in
              let file = files[index]
              let kept = file.durable + (file.data.count - file.durable) * numerator / 2
              return (String(path.dropFirst(folder.count + 1)), Array(file.data.prefix(kept)))
            }
          )
        )
      }
    }
    return result
  }
}
