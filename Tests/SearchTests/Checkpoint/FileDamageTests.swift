import AtomicFiles
import Families
import Foundation
import HDF5
import RunFixtures
import Runs
import SearchSpaces
import Supernet
import TestSupport
import Testing
import Torch

@testable import Search

/// Files of every kind that a run writes, cut at any length and with any byte changed. What reads
/// them must throw a typed error that names the file, or find exactly what was written.
///
/// `TORTURE=1` tries every byte of the larger files too (see Scripts/torture).
@Suite struct FileDamageTests {
  static let isTorture = ProcessInfo.processInfo.environment["TORTURE"] != nil

  /// The file is changed in place: no copy for every byte.
  private struct Damager {
    let path: String
    let sound: [UInt8]
    let read: () throws -> String
    let content: String

    init(_ path: String, read: @escaping () throws -> String) throws {
      self.path = path
      self.read = read
      sound = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
      content = try read()
    }

    /// nil when all is well.
    private func complaint() -> String? {
      do {
        return try read() == content ? nil : "a different result"
      } catch let error as HDF5Error {
        return error.file == path && !error.description.isEmpty ? nil : "another file: \(error)"
      } catch {
        return "no typed error: \(error)"
      }
    }

    func flip(every stride: Int) -> [String] {
      let file = open(path, O_RDWR)
      defer { close(file) }
      var complaints: [String] = []
      for index in Swift.stride(from: 0, to: sound.count, by: stride) {
        let masks: [UInt8] =
          FileDamageTests.isTorture ? [0x01, 0x80, 0xff] : [1 << UInt8(index % 8)]
        for mask in masks {
          pwrite(file, [sound[index] ^ mask], 1, off_t(index))
          if let complaint = complaint() { complaints.append("byte \(index): \(complaint)") }
        }
        pwrite(file, [sound[index]], 1, off_t(index))
      }
      return complaints
    }

    func cut(every stride: Int) -> [String] {
      var complaints: [String] = []
      for length in Swift.stride(from: sound.count - 1, through: 0, by: -stride) {
        truncate(path, off_t(length))
        do {
          _ = try read()
          complaints.append("length \(length): no error")
        } catch is HDF5Error {
        } catch {
          complaints.append("length \(length): \(error)")
        }
      }
      return complaints
    }
  }

  private func test(_ damager: Damager, every stride: Int) {
    let stride = Self.isTorture ? 1 : stride
    #expect(damager.flip(every: stride).prefix(3) == [])
    #expect(damager.cut(every: stride).prefix(3) == [])
  }

  @Test func checkpoints() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("checkpoint-00000001.h5")
    try smallCheckpoint(1).snapshot().write(to: path)
    test(
      try Damager(path) {
        let checkpoint = try Checkpoint(path: path)
        return try content(checkpoint).sorted { $0.key < $1.key }.description
      },
      every: 1
    )
  }

  @Test func families() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("family.h5")
    try smallFamily(to: path)
    test(
      try Damager(path) {
        let family = try Family(contentsOf: path)
        let state = family.members[0].weights.sorted { $0.key < $1.key }
        let weights = try state.map { "\($0) \(try $1.bytes())" }
        return try "\(family.report.json()) \(family.members[0].test) \(weights)"
      },
      every: 61
    )
  }

  @Test func supernets() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("supernet.h5")
    try smallSupernet(to: path)
    test(
      try Damager(path) {
        let state = try Supernet.read(path).state().sorted { $0.key < $1.key }
        let hash = try SHA256()
        for (name, tensor) in state {
          try hash.update(name)
          try tensor.bytes().withUnsafeBytes { try hash.update($0) }
        }
        return try hash.digest()
      },
      every: 199
    )
  }
}
