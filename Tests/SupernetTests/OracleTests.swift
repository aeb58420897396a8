import Foundation
import SearchSpaces
import Testing
import Torch

@testable import Supernet

/// Full-size supernets against numbers of the reference implementation (PyTorch). One test per
/// supernet: filling it is the expensive part.
@Suite("Oracles", .serialized)
struct OracleTests {
  private static let fixture: [String: [String: OracleEntry]] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.appending(path: "SearchSpacesTests/Fixtures/supernet_oracles.json")
    guard let data = try? Data(contentsOf: file) else { return [:] }
    return (try? JSONDecoder().decode([String: [String: OracleEntry]].self, from: data)) ?? [:]
  }()

  /// float32 sums of other order than the reference's: 1e-4 of the logits' magnitude.
  private func expectClose(_ found: [Float], _ expected: [Float], scale: Float) {
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) {
      #expect(abs(a - b) <= 1e-4 * scale, "\(a) instead of \(b), magnitude \(scale)")
    }
  }

  @Test(arguments: PublishedSupernet.allCases)
  func matchesTheReference(_ published: PublishedSupernet) throws {
    let entries = try #require(Self.fixture[published.rawValue])
    #expect(entries.count == 3)
    let space = try SpaceRegistry.makeSpace(name: published.preset)
    let supernet = try Supernet(oracle: space)
    for (name, expected) in entries.sorted(by: { $0.key < $1.key }) {
      let found = try oracleEntry(
        supernet: supernet,
        space: space,
        configuration: expected.config,
        calibrate: true
      )
      #expect(found.parameters == expected.parameters, "\(name)")
      #expect(found.stateDictEntries == expected.stateDictEntries, "\(name)")
      #expect(found.macsByResolution == expected.macsByResolution, "\(name)")

      let stored = try #require(expected.storedStatistics)
      let foundStored = try #require(found.storedStatistics)
      #expect(foundStored.argmaxImage0 == stored.argmaxImage0, "\(name)")
      expectClose(
        foundStored.logitsImage0First5,
        stored.logitsImage0First5,
        scale: stored.logitsImage0First5.map(abs).max() ?? 0
      )

      let calibrated = try #require(expected.calibrated)
      let foundCalibrated = try #require(found.calibrated)
      let deviation = Float(calibrated.logitsStd)
      #expect(foundCalibrated.argmaxAllImages == calibrated.argmaxAllImages, "\(name)")
      #expect(abs(Float(foundCalibrated.logitsStd) - deviation) <= 1e-4 * deviation)
      for (row, expectedRow) in zip(
        foundCalibrated.logitsFirst5Images0And3,
        calibrated.logitsFirst5Images0And3
      ) {
        expectClose(row, expectedRow, scale: deviation)
      }
      #expect(
        foundCalibrated.runningStatisticsFirst3.keys.sorted()
          == calibrated.runningStatisticsFirst3.keys.sorted()
      )
      for (key, values) in calibrated.runningStatisticsFirst3 {
        expectClose(
          foundCalibrated.runningStatisticsFirst3[key] ?? [],
          values,
          scale: max(values.map(abs).max() ?? 0, 0.05)
        )
      }
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
