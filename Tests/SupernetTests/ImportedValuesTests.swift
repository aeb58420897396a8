import ForeignWeights
import Foundation
import Testing
import Torch

@testable import Supernet

/// What imported weights may not hold, and what is done to them.
@Suite struct ImportedValuesTests {
  private struct Entry {
    var key: String
    var type = "F32"
    var shape: [Int]
    var bytes: [UInt8]

    init(_ key: String, _ values: [Float]) {
      (self.key, shape) = (key, [values.count])
      bytes = values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } }
    }

    init(_ key: String, _ type: String, shape: [Int], _ bytes: [UInt8]) {
      (self.key, self.type, self.shape, self.bytes) = (key, type, shape, bytes)
    }
  }

  private func state(_ entries: [Entry]) throws -> (tensors: [String: Tensor], constant: [String]) {
    var header: [String] = []
    var values: [UInt8] = []
    for entry in entries {
      let end = values.count + entry.bytes.count
      header.append(
        "\"\(entry.key)\":{\"dtype\":\"\(entry.type)\",\"shape\":\(entry.shape),"
          + "\"data_offsets\":[\(values.count),\(end)]}"
      )
      values += entry.bytes
    }
    let json = Array("{\(header.joined(separator: ","))}".utf8)
    let length = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) }
    let checkpoint = try ForeignCheckpoint(bytes: length + json + values)
    let plan = try ImportPlan(
      checkpoint,
      onto: entries.map { .init(key: $0.key, shape: $0.shape) }
    )
    return try plan.state(from: checkpoint)
  }

  private func refused(_ entries: [Entry]) -> [UnusableValues] {
    do {
      _ = try state(entries)
      return []
    } catch SupernetError.unusableValues(_, let tensors) {
      return tensors
    } catch {
      Issue.record("\(error)")
      return []
    }
  }

  @Test func valuesThatNoNetworkHasAreRefusedByName() throws {
    let sound = Entry("a.weight", [1, -2])
    for (key, values, notFinite, negative) in [
      ("b.weight", [.nan, 1, .infinity], 2, 0), ("b.running_mean", [-.infinity], 1, 0),
      ("b.running_var", [0, -1, .nan], 1, 1), ("b.running_var", [-1, -2], 0, 2),
    ] as [(String, [Float], Int, Int)] {
      let found = refused([sound, Entry(key, values)])
      #expect(found.map(\.tensor) == [key])
      #expect(found.map(\.notFinite) == [notFinite] && found.map(\.negative) == [negative])
      #expect(found.map(\.count) == [values.count])
    }
    #expect(refused([sound, Entry("b.running_mean", [-1]), Entry("b.running_var", [0])]).isEmpty)
    // 1e300 is no number among those of 32 bits.
    let wide = withUnsafeBytes(of: 1e300.bitPattern.littleEndian) { Array($0) }
    #expect(refused([Entry("a.weight", "F64", shape: [1], wide)]).map(\.notFinite) == [1])
    let error = SupernetError.unusableValues(
      file: "w.pth",
      tensors: refused([Entry("a.weight", [.nan, 1])])
    )
    #expect(error.description.hasPrefix("w.pth: "))
    #expect(error.description.contains("'a.weight' (1 of 2 values are NaN or infinite)"))
  }

  @Test func halvesAndCountersAreConverted() throws {
    let halves: [UInt8] = [0x00, 0x3C, 0x00, 0xC0]
    let counter = withUnsafeBytes(of: Float(7).bitPattern.littleEndian) { Array($0) }
    let tensors = try state([
      Entry("a.weight", "F16", shape: [2], halves),
      Entry("a.num_batches_tracked", "F32", shape: [], counter),
    ]).tensors
    #expect(try tensors["a.weight"]?.array(Float.self) == [1, -2])
    #expect(try tensors["a.num_batches_tracked"]?.array(Int64.self) == [7])
  }

  @Test func weightsOfOneValueAreNamed() throws {
    let zeros = Entry("a.weight", "F32", shape: [3, 4], [UInt8](repeating: 0, count: 48))
    // A bias or the scale of a batch norm may well be constant.
    #expect(try state([zeros, Entry("a.bias", [1, 1, 1, 1])]).constant == ["a.weight"])
  }
}
