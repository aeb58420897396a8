import Configuration
import Foundation

/// A file that a command is to write: looked at before the work, so that nothing is computed in vain
/// and nothing is replaced that was not meant.
enum NewFile {
  /// Throws ``ConfigurationError`` naming `option` where a file is there that `overwrite` does not
  /// allow to replace, where something is there that is no regular file, or where the folder is
  /// missing or cannot be written to.
  static func check(_ path: String, overwrite: Bool, option: String = "--out") throws {
    func refuse(_ message: String) -> ConfigurationError {
      ConfigurationError(place: option, message: message)
    }
    guard !path.isEmpty else { throw refuse("the name of the file is empty") }
    var status = stat()
    if stat(path, &status) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFREG:
        guard overwrite else {
          throw refuse(
            "\(path): a file is there already; pass --overwrite to replace it, or another \(option)"
          )
        }
      case S_IFDIR: throw refuse("\(path) is a folder; give the name of a file to write")
      default: throw refuse("\(path) is not a regular file; give the name of a file to write")
      }
    }
    let parent = (path as NSString).deletingLastPathComponent
    let folder = parent.isEmpty ? "." : parent
    guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw refuse("there is no folder \(folder) to write to; make it first")
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      throw refuse(
        "the folder \(folder) cannot be written to: \(String(cString: strerror(errno)))"
      )
    }
  }

  /// Whether two paths are of one file that is there.
  static func isSame(_ path: String, _ other: String) -> Bool {
    var (first, second) = (Foundation.stat(), Foundation.stat())
    return stat(path, &first) == 0 && stat(other, &second) == 0
      && first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }
}
