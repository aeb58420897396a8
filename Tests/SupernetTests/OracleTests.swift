import Foundation
import SearchSpaces
import Testing
import Torch

@testable import Supernet

/// Full-size supernets against numbers of the reference implementation (PyTorch). One test per
/// supernet: filling it is the expensive part.
@Suite("Oracles", .serialized)
struct OracleTests {
  private static func fixture() throws -> [String: [String: OracleEntry]] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: tests.appending(path: "Fixtures/supernet_oracles.json"))
    return try JSONDecoder().decode([String: [String: OracleEntry]].self, from: data)
  }

  private func expectClose(_ found: [Float], _ expected: [Float], within bound: Float) {
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) {
      #expect(abs(a - b) <= bound, "\(a) instead of \(b), bound \(bound)")
    }
  }

  private func greatest(_ values: [Float]) -> Float { values.map(abs).max() ?? 0 }

  /// How far our float32 result is from our float64 one, in parts of the magnitude. The reference
  /// computed in float32: where a network amplifies rounding, it may be as far off.
  private func rounding(_ single: [Float], _ double: [Float], magnitude: Float) -> Float {
    (zip(single, double).map { abs($0 - $1) }.max() ?? 0) / magnitude
  }

  @Test(arguments: PublishedSupernet.allCases)
  func matchesTheReference(_ published: PublishedSupernet) throws {
    let entries = try #require(Self.fixture()[published.rawValue])
    #expect(entries.count == 3)
    let space = try SpaceRegistry.makeSpace(name: published.preset)
    let double = try Supernet(oracle: space)
    let single = try Supernet(oracle: space, elementType: .float32)
    for (name, expected) in entries.sorted(by: { $0.key < $1.key }) {
      let (exact, found) = try (
        entry(double, space, expected.config), entry(single, space, expected.config)
      )
      #expect(exact.parameters == expected.parameters, "\(name)")
      #expect(exact.stateDictEntries == expected.stateDictEntries, "\(name)")
      #expect(exact.macsByResolution == expected.macsByResolution, "\(name)")
      try compareStored(found, expected)
      try compareStored(exact, expected)
      try compareCalibrated(found, exact, expected)
    }
  }

  private func entry(
    _ supernet: Supernet,
    _ space: any ConfiguredSpace,
    _ configuration: OFAConfiguration
  ) throws -> OracleEntry {
    try oracleEntry(
      supernet: supernet,
      space: space,
      configuration: configuration,
      calibrate: true
    )
  }

  private func compareStored(_ found: OracleEntry, _ expected: OracleEntry) throws {
    let found = try #require(found.storedStatistics)
    let expected = try #require(expected.storedStatistics)
    #expect(found.argmaxImage0 == expected.argmaxImage0)
    let logits = expected.logitsImage0First5
    // The file has five decimals.
    expectClose(found.logitsImage0First5, logits, within: 1e-4 * greatest(logits) + 5e-6)
  }

  private func compareCalibrated(
    _ single: OracleEntry,
    _ double: OracleEntry,
    _ expected: OracleEntry
  ) throws {
    let single = try #require(single.calibrated)
    let double = try #require(double.calibrated)
    let expected = try #require(expected.calibrated)
    #expect(single.argmaxAllImages == expected.argmaxAllImages)
    #expect(double.argmaxAllImages == expected.argmaxAllImages)
    #expect(abs(double.logitsStd - expected.logitsStd) <= 1e-4 * expected.logitsStd)
    let rows = [single, double, expected].map { $0.logitsFirst5Images0And3.flatMap { $0 } }
    let statistics = expected.runningStatisticsFirst3
    #expect(double.runningStatisticsFirst3.keys.sorted() == statistics.keys.sorted())
    let deviation = Float(expected.logitsStd)
    var compared = [(single: rows[0], double: rows[1], expected: rows[2], magnitude: deviation)]
    for (key, values) in statistics {
      compared.append(
        (
          try #require(single.runningStatisticsFirst3[key]),
          try #require(double.runningStatisticsFirst3[key]), values, greatest(values)
        )
      )
    }
    let rounding =
      compared.map { self.rounding($0.single, $0.double, magnitude: $0.magnitude) }
      .max() ?? 0
    #expect(rounding <= 4e-3, "rounding is amplified too much to prove anything")
    for values in compared {
      // The file has five or six decimals.
      let bound = (1e-4 + 3 * rounding) * values.magnitude + 5e-6
      expectClose(values.single, values.expected, within: bound)
      expectClose(values.double, values.expected, within: bound)
    }
  }

  @Test func refusesWhatIsNoOracle() throws {
    #expect(throws: SupernetError.self) {
      try oracleEntry(id: "ofa_mbv4", architecture: "{}", calibrate: false)
    }
    let error = #expect(throws: SpaceError.self) {
      try oracleEntry(
        id: PublishedSupernet.resNet50.rawValue,
        architecture: #"{"d": 2, "e": 0.3, "w": 1}"#,
        calibrate: false
      )
    }
    #expect(error?.description.contains("0.25") == true)
  }
}
