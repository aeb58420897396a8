import CCodecs
import Foundation
import ImageData

/// A zip archive of arrays, as `numpy.savez` and `savez_compressed` write it. Nothing in it is
/// executed.
final class NPZFile: ArrayFile {
  let path: String
  let format = "npz"
  /// Without `.npy`, and their numbers in the archive.
  private var entries: [(name: String, index: Int64)] = []

  /// - Throws: `ImageDataError` when the archive cannot be read or holds no arrays.
  init(_ path: String) throws {
    self.path = path
    let archive = try ZipArchive(path)
    for index in 0..<archive.count {
      guard let name = archive.name(index), name.hasSuffix(".npy") else { continue }
      entries.append((String(name.dropLast(4)), index))
    }
    guard !entries.isEmpty else {
      throw ImageDataError(
        .badData,
        path,
        "this zip archive holds no arrays of NumPy (.npy)",
        remedy: "Save the arrays with numpy.savez('data.npz', x=images, y=labels)."
      )
    }
  }

  var names: [String] { entries.map(\.name) }

  func summaries() -> [String] {
    entries.prefix(Self.listed + 1).map { entry in
      (try? open(entry))?.summary ?? "\(entry.name) (of a type that is not read)"
    }
  }

  func array(_ name: String?) throws -> any ForeignArray {
    if let name {
      let plain = name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
      guard let entry = entries.first(where: { $0.name == name || $0.name == plain }) else {
        throw missing(name)
      }
      return try open(entry)
    }
    guard entries.count == 1 else {
      throw ImageDataError(.misuse, path, "it is not said which array to take", remedy: choice)
    }
    return try open(entries[0])
  }

  private func open(_ entry: (name: String, index: Int64)) throws -> NPYArray {
    let stream = try ZipStream(path, entry.index)
    let header = try NPYHeader(place: "\(path): \(entry.name)") { try stream.readHeader($0) }
    return NPYArray(header, stream, path: path, name: entry.name)
  }
}

/// A zip archive that is open. Each stream has one of its own, so that two arrays can be read in turns.
private final class ZipArchive {
  let path: String
  private let archive: OpaquePointer

  init(_ path: String) throws {
    self.path = path
    var message = [CChar](repeating: 0, count: Int(CODECS_MESSAGE))
    var opened: OpaquePointer?
    guard codecs_zip_open(path, &opened, &message) == 0, let opened else {
      throw ImageDataError(
        .badData,
        path,
        "the zip archive cannot be read: \(String(codecs: message))",
        remedy: "It is truncated or damaged: save or fetch it again."
      )
    }
    archive = opened
  }

  deinit { codecs_zip_close(archive) }

  var count: Int64 { max(0, codecs_zip_count(archive)) }

  func name(_ index: Int64) -> String? {
    codecs_zip_name(archive, index).map { String(cString: $0) }
  }

  func begin(_ index: Int64) throws {
    var message = [CChar](repeating: 0, count: Int(CODECS_MESSAGE))
    let status = codecs_zip_begin(archive, index, &message)
    if status == CODECS_ZIP_METHOD {
      throw ImageDataError(
        .badData,
        "\(path): \(name(index) ?? "")",
        "it is packed by a method that is not read, such as LZMA",
        remedy: "Pack it anew: python3 -c \"import numpy as n; "
          + "n.savez_compressed('new.npz', **n.load('\(path)'))\""
      )
    }
    guard status == 0 else { throw damaged(index, message) }
  }

  func read(_ count: Int, of index: Int64) throws -> [UInt8] {
    var message = [CChar](repeating: 0, count: Int(CODECS_MESSAGE))
    var bytes: [UInt8] = []
    // In parts: a damaged header must not reserve more than there is.
    while bytes.count < count {
      let step = min(count - bytes.count, 64 << 20)
      var status: Int32 = 0
      let part = [UInt8](unsafeUninitializedCapacity: step) { buffer, got in
        status = codecs_zip_read(archive, buffer.baseAddress, step, &got, &message)
      }
      guard status == 0 else { throw damaged(index, message) }
      guard part.count == step else {
        throw ImageDataError(
          .badData,
          "\(path): \(name(index) ?? "")",
          "the array ends before its shape does",
          remedy: "It is truncated or damaged: save or fetch it again."
        )
      }
      if part.count == count { return part }
      bytes += part
    }
    return bytes
  }

  func expectEnd(of index: Int64) throws {
    var message = [CChar](repeating: 0, count: Int(CODECS_MESSAGE))
    var byte: UInt8 = 0
    var got = 0
    guard codecs_zip_read(archive, &byte, 1, &got, &message) == 0 else {
      throw damaged(index, message)
    }
    guard got == 0 else {
      throw ImageDataError(
        .badData,
        "\(path): \(name(index) ?? "")",
        "there is more data than its header says",
        remedy: "It is damaged: save or fetch it again."
      )
    }
  }

  private func damaged(_ index: Int64, _ message: [CChar]) -> ImageDataError {
    ImageDataError(
      .badData,
      "\(path): \(name(index) ?? "")",
      "it cannot be unpacked: \(String(codecs: message))",
      remedy: "It is damaged: save or fetch it again."
    )
  }
}

/// One entry of an archive.
private final class ZipStream: ByteStream {
  private let archive: ZipArchive
  private let index: Int64
  private var headerLength = 0
  private var position = 0

  init(_ path: String, _ index: Int64) throws {
    archive = try ZipArchive(path)
    self.index = index
    try archive.begin(index)
  }

  func readHeader(_ count: Int) throws -> [UInt8] {
    headerLength += count
    return try archive.read(count, of: index)
  }

  func seek(_ target: Int) throws {
    if target < position {
      try archive.begin(index)
      _ = try archive.read(headerLength, of: index)
      position = 0
    }
    while position < target {
      let step = min(target - position, 4 << 20)
      _ = try read(step)
    }
  }

  /// The library compares the checksum when nothing is left.
  func finish() throws { try archive.expectEnd(of: index) }

  func read(_ count: Int) throws -> [UInt8] {
    let bytes = try archive.read(count, of: index)
    position += count
    return bytes
  }
}
