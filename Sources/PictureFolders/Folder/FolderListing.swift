import Foundation
import ImageData

/// One name in a folder, links followed.
struct FolderEntry: Sendable {
  enum Kind: Sendable {
    case file
    /// With what tells it from every other folder of the machine.
    case folder(FolderIdentity)
    /// Neither a file nor a folder, or a link that cannot be followed: why, and what kind of error.
    case neither(String, ImageDataError.Kind)
  }

  /// As the file system has it; bytes that are no UTF-8 are written as \xNN.
  let name: String
  /// Whether a file of this name can be opened by it.
  let isText: Bool
  let kind: Kind
}

/// A folder, whatever path leads to it.
struct FolderIdentity: Hashable, Sendable {
  let device: UInt64
  let node: UInt64

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    node = UInt64(status.st_ino)
  }
}

enum FolderListing {
  /// The names in a folder in the order of their bytes.
  ///
  /// - Throws: `ImageDataError` that says why the folder cannot be read.
  static func entries(_ folder: String) throws -> [FolderEntry] {
    guard let stream = opendir(folder) else { throw refusal(folder, errno) }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: UInt8.self, capacity: 256) { bytes in
          Array(UnsafeBufferPointer(start: bytes, count: strlen(bytes)))
        }
      }
      if name != [0x2e] && name != [0x2e, 0x2e] { names.append(name) }
    }
    guard errno == 0 else { throw refusal(folder, errno) }
    names.sort { $0.lexicographicallyPrecedes($1) }
    let descriptor = dirfd(stream)
    return names.map { entry($0, in: folder, descriptor) }
  }

  private static func strlen(_ bytes: UnsafePointer<UInt8>) -> Int {
    var count = 0
    while count < 255, bytes[count] != 0 { count += 1 }
    return count
  }

  private static func entry(
    _ bytes: [UInt8],
    in folder: String,
    _ descriptor: Int32
  ) -> FolderEntry {
    let text = String(validating: bytes, as: UTF8.self)
    let name = text ?? escaped(bytes)
    var status = stat()
    let terminated = bytes.map { CChar(bitPattern: $0) } + [0]
    guard fstatat(descriptor, terminated, &status, 0) == 0 else {
      return FolderEntry(name: name, isText: text != nil, kind: neither(errno))
    }
    let kind: FolderEntry.Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder(FolderIdentity(status))
      default: .neither("it is a pipe, a socket or a device, not a file", .badData)
      }
    return FolderEntry(name: name, isText: text != nil, kind: kind)
  }

  private static func escaped(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      (0x20..<0x7f).contains(byte)
        ? String(UnicodeScalar(byte)) : "\\x" + String(0x100 + Int(byte), radix: 16).dropFirst()
    }.joined()
  }

  private static func neither(_ code: Int32) -> FolderEntry.Kind {
    switch code {
    case ENOENT, ENOTDIR: .neither("it is a link that leads nowhere", .missingFile)
    case ELOOP: .neither("it is a link that leads to itself", .missingFile)
    case EACCES, EPERM: .neither("permission denied", .inputOutput)
    default: .neither(message(code), .inputOutput)
    }
  }

  private static func message(_ code: Int32) -> String {
    String(cString: strerror(code)).lowercasingFirst
  }

  static func refusal(_ folder: String, _ code: Int32) -> ImageDataError {
    switch code {
    case ENOENT:
      ImageDataError(.missingFile, folder, "there is no such folder", remedy: "Check the path.")
    case ENOTDIR:
      ImageDataError(
        .badData,
        folder,
        "this is no folder",
        remedy: "Give the folder that holds one folder for each class. Unpack archives first."
      )
    case EACCES, EPERM:
      ImageDataError(
        .inputOutput,
        folder,
        "permission denied",
        remedy: "Make the folder readable (chmod u+rx), or have its owner do so."
      )
    default: ImageDataError(.inputOutput, folder, "the folder cannot be read: \(message(code))")
    }
  }
}

extension String {
  var lowercasingFirst: String { prefix(1).lowercased() + dropFirst() }
}
