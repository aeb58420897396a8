import Decisions
import Foundation
import HDF5
import Latency
import RandomStreams
import SearchSpaces
import SupernetFixtures
import Testing
import Torch

@testable import Supernet

/// Says that every run takes as long as it was told, in turn.
private final class ScriptedMeter: LatencyMeter {
  private(set) var runs = 0
  let time: (Int) -> Int

  init(time: @escaping (Int) -> Int) { self.time = time }

  func nanoseconds(on device: Device, _ body: () throws -> Void) throws -> Int {
    try body()
    runs += 1
    return time(runs)
  }
}

@Suite("Latency")
struct LatencyTests {
  private let random = RandomStream(seed: 1, name: "latency")

  @Test(arguments: Fixture.spaceNames)
  func countsEveryPartOfANetworkOnce(_ name: String) throws {
    let space = try Fixture.space(name)
    let meter = ScriptedMeter { _ in 1000 }
    let table = try LatencyTable.measure(space, meter: meter, randomChecks: 3, random: random)
    #expect(table.checks.count == 5)
    for check in table.checks {
      // Every part that has layers took 1000 ns.
      let parts = space.parts.count { !$0.layers(check.architecture, 0).isEmpty }
      #expect(check.predicted == parts * 1000)
      #expect(check.measured == 1000)
    }
    #expect(table.worstRelativeError >= table.meanRelativeError)
    // Equal parts are measured once: far fewer runs than entries.
    let entries = table.costs.terms.reduce(0) { $0 + $1.values.count }
    #expect(meter.runs < entries)
  }

  @Test func noisyTimesBecomeMonotone() throws {
    let space = try Fixture.space("mobilenetv3-small")
    let meter = ScriptedMeter { 1000 + $0 * 7919 % 613 }
    let table = try LatencyTable.measure(space, meter: meter, randomChecks: 0, random: random)
    // A budget mask refuses a table that is not monotone.
    #expect(table.costs == table.costs.monotoneEnvelope(in: space.decisions))
    let limit = space.attainable(table.costs).lowerBound
    _ = try FeasibleSet(space.decisions, budgets: [.init(table.costs, limit: limit)])
  }

  @Test func measuresRealTime() throws {
    let space = try Fixture.space("resnet50-small")
    let table = try LatencyTable.measure(
      space,
      meter: ClockMeter(warmUps: 0, repetitions: 1),
      randomChecks: 0,
      random: random
    )
    #expect(table.checks.allSatisfy { $0.measured > 0 && $0.predicted > 0 })
  }

  @Test func filesKeepTheTableAndNameTheirDevice() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "latency-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "table.h5").path(percentEncoded: false)
    let space = try Fixture.space("proxylessnas-small")
    let meter = ScriptedMeter { 1000 + $0 }
    let table = try LatencyTable.measure(space, meter: meter, randomChecks: 2, random: random)
    try table.write(to: path)
    let read = try LatencyTable.read(path)
    #expect(read == table)
    #expect(try read.costs(for: space) == table.costs)
    #expect(read.note(on: .current(.cpu)) == nil)
    var elsewhere = DeviceIdentity.current(.cpu)
    elsewhere.model = "another processor"
    elsewhere.threads = 96
    let note = try #require(read.note(on: elsewhere))
    #expect(note.contains("\(read.device)") && note.contains("another processor (cpu), 96 threads"))
    #expect(throws: SupernetError.self) {
      try read.costs(for: Fixture.space("resnet50-small"))
    }
    #expect(throws: SupernetError.self) { try read.costs(for: space.scaled(to: 0.5)) }
    let images = ImageTask(channels: 3, classes: 7, resolutions: [20, 24])
    let other = try SpaceRegistry.makeSpace(name: space.name, images: images)
    let error = #expect(throws: LatencyError.self) { try read.costs(for: other) }
    #expect(
      error?.description.contains(
        "proxylessnas-small --resolution 20 --resolution 24 --channels 3 --classes 7 --out"
      ) == true
    )
    #expect(throws: HDF5Error.self) { try Supernet.read(path) }
  }
}
