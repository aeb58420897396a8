import Foundation

@testable import ForeignWeights

/// A tensor as the program that wrote the fixture knows it.
struct ExpectedTensor: Decodable {
  var key: String
  var type: String
  var shape: [Int]
  /// Bits of the values as float32.
  var bits: [UInt32]
}

enum ImportFixture {
  /// Tests/Fixtures/Import, made by the script in it.
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/Import")

  static func path(_ name: String) -> String { folder.appending(path: name).path }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  static func expected() throws -> [String: [ExpectedTensor]] {
    let data = try Data(contentsOf: folder.appending(path: "expected.json"))
    return try JSONDecoder().decode([String: [ExpectedTensor]].self, from: data)
  }

  /// A safetensors file of float32 tensors, whose values count up from 0 in each.
  static func safetensors(_ tensors: [(key: String, shape: [Int])]) -> [UInt8] {
    var entries: [String] = []
    var values: [UInt8] = []
    for (key, shape) in tensors {
      let start = values.count
      for index in 0..<shape.reduce(1, *) {
        withUnsafeBytes(of: Float(index).bitPattern.littleEndian) { values += $0 }
      }
      entries.append(
        "\"\(key)\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[\(start),\(values.count)]}"
      )
    }
    return safetensors(header: "{\(entries.joined(separator: ","))}", values: values)
  }

  static func safetensors(header: String, values: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + header.utf8 + values
  }

  /// The cause of the error that opening `bytes` and reading every value throws, if any.
  static func cause(_ bytes: [UInt8]) -> ImportError.Cause? {
    do {
      for tensor in try ForeignCheckpoint(bytes: bytes).tensors { _ = try tensor.floats() }
      return nil
    } catch {
      return error.cause
    }
  }
}
