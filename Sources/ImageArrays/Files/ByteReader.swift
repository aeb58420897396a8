import AtomicFiles
import CCodecs
import Foundation
import ImageData

/// Reads a file from its start, inflating it when it is a gzip file.
final class ByteReader {
  let path: String
  private let reader: OpaquePointer

  /// - Throws: `ImageDataError` of kind `missingFile` or `inputOutput`.
  init(_ path: String) throws {
    self.path = path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw ImageDataError(.missingFile, path, "there is no such file", remedy: "Check the path.")
    }
    guard !isFolder.boolValue else {
      throw ImageDataError(.badData, path, "this is a folder, a file was expected")
    }
    var message = [CChar](repeating: 0, count: Int(CODECS_MESSAGE))
    var opened: OpaquePointer?
    guard codecs_gzip_open(path, &opened, &message) == 0, let opened else {
      throw ImageDataError(.inputOutput, path, String(codecs: message))
    }
    reader = opened
  }

  deinit { codecs_gzip_close(reader) }

  /// Exactly `count` bytes.
  ///
  /// - Throws: `ImageDataError` of kind `badData` when the file ends before or is damaged.
  func read(_ count: Int, _ what: String) throws -> [UInt8] {
    let bytes = try readUpTo(count)
    guard bytes.count == count else {
      throw ImageDataError(
        .badData,
        path,
        "the file ends inside \(what)",
        remedy: "It is truncated: fetch it again."
      )
    }
    return bytes
  }

  func readUpTo(_ count: Int) throws -> [UInt8] {
    var message = [CChar](repeating: 0, count: Int(CODECS_MESSAGE))
    var status: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, got in
      status = codecs_gzip_read(reader, buffer.baseAddress, count, &got, &message)
    }
    guard status == 0 else {
      throw ImageDataError(
        .badData,
        path,
        "the file cannot be inflated: \(String(codecs: message))",
        remedy: "It is damaged or truncated: fetch it again."
      )
    }
    return bytes
  }

  /// - Throws: `ImageDataError` when bytes are left.
  func expectEnd() throws {
    if try !readUpTo(1).isEmpty {
      throw ImageDataError(
        .badData,
        path,
        "there is more data than its header says",
        remedy: "Fetch it again."
      )
    }
  }
}

/// Name and digest of a source file.
func sourceFile(_ path: String) throws -> SourceFile {
  SourceFile(name: (path as NSString).lastPathComponent, sha256: try SHA256.ofFile(path))
}
