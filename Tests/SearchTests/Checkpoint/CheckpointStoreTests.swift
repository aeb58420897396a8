import Foundation
import HDF5
import RunFixtures
import Runs
import TestSupport
import Testing
import Torch

@testable import Search

@Suite struct CheckpointStoreTests {
  @Test func theNewestAreKept() throws {
    let folder = try TemporaryFolder()
    let store = CheckpointStore(try RunFolder.create(folder.path, overwrite: false), keep: 3)
    for number in 1...5 { try store.save(smallCheckpoint(number).snapshot()) }
    #expect(
      store.names() == [
        "checkpoint-00000003.h5", "checkpoint-00000004.h5", "checkpoint-00000005.h5",
      ]
    )
  }

  /// One that cannot be read is no reason to remove one that can.
  @Test func damagedOnesDoNotCountAmongTheKept() throws {
    let folder = try TemporaryFolder()
    var store = CheckpointStore(try RunFolder.create(folder.path, overwrite: false), keep: 2)
    for number in 1...2 { try store.save(smallCheckpoint(number).snapshot()) }
    store.damaged = [CheckpointStore.name(of: 2)]
    try store.save(smallCheckpoint(3).snapshot())
    #expect(store.names() == [1, 2, 3].map(CheckpointStore.name))
    try store.save(smallCheckpoint(4).snapshot())
    #expect(store.names() == [3, 4].map(CheckpointStore.name))
  }

  @Test func namesAreReadWithCare() {
    #expect(CheckpointStore.number(of: "checkpoint-00000012.h5") == 12)
    #expect(CheckpointStore.number(of: "checkpoint-123456789.h5") == 123_456_789)
    for name in [
      "checkpoint-1.h5", "checkpoint-+0000012.h5", "checkpoint-00000012.h5.1-2.partial",
      "checkpoint-9223372036854775807.h5", "checkpoint-.h5", "supernet.h5",
    ] { #expect(CheckpointStore.number(of: name) == nil, "\(name)") }
    #expect(
      CheckpointStore.names(in: ["checkpoint-100000000.h5", "checkpoint-00000009.h5"])
        == ["checkpoint-00000009.h5", "checkpoint-100000000.h5"]
    )
  }

  @Test func damagedOnesAreSkippedAndNamed() throws {
    let folder = try TemporaryFolder()
    try folderWithTwoCheckpoints(folder)
    var bytes = folder.bytes("checkpoint-00000002.h5")
    bytes[bytes.count / 2] ^= 1
    try folder.put(bytes, "checkpoint-00000002.h5")
    let run = try RunFolder.open(folder.path)
    let (checkpoint, name, skipped) = try CheckpointStore(run, keep: 2).newest()
    #expect(name == "checkpoint-00000001.h5")
    #expect(try content(checkpoint) == content(smallCheckpoint(1)))
    #expect(skipped.count == 1 && skipped[0].contains("checkpoint-00000002.h5"))
    // The next one never takes a number that is in use.
    #expect(
      try CheckpointStore(run, keep: 2).save(smallCheckpoint(3).snapshot())
        == "checkpoint-00000003.h5"
    )

    let listing = try CheckpointStore.listing(of: folder.path)
    #expect(listing.map(\.isDamaged) == [true, false])
    #expect(CheckpointStore.prunable(listing, keep: 1) == ["checkpoint-00000002.h5"])

    try folder.put([1, 2], "checkpoint-00000003.h5")
    let error = #expect(throws: RunError.self) { try CheckpointStore(run, keep: 2).newest() }
    #expect(error?.description.contains("checkpoint-00000003.h5") == true)
    #expect(try CheckpointStore.prunable(CheckpointStore.listing(of: folder.path), keep: 1) == [])
  }

  @Test func pruningKeepsTheNewestSoundOnes() {
    func entry(_ number: Int, _ problem: String? = nil, damaged: Bool = false)
      -> CheckpointListing
    {
      .init(
        name: CheckpointStore.name(of: number),
        bytes: 1,
        saved: "",
        problem: problem,
        isDamaged: damaged
      )
    }
    let listing = [
      entry(1), entry(2, "newer program"), entry(3), entry(4, "cut", damaged: true), entry(5),
      entry(6, "cut", damaged: true),
    ]
    #expect(
      CheckpointStore.prunable(listing, keep: 2)
        == [1, 4, 6].map { CheckpointStore.name(of: $0) }
    )
    #expect(CheckpointStore.prunable([entry(1, "cut", damaged: true)], keep: 1) == [])
  }

  @Test func equalStatesGiveEqualBytes() throws {
    let folder = try TemporaryFolder()
    try smallCheckpoint(1).snapshot().write(to: folder.file("a.h5"))
    try Checkpoint(path: folder.file("a.h5")).snapshot().write(to: folder.file("b.h5"))
    #expect(folder.bytes("a.h5") == folder.bytes("b.h5"))
  }

  @Test func aSecondProcessIsToldWhoHoldsTheRun() throws {
    let folder = try TemporaryFolder()
    let run = try RunFolder.create(folder.path, overwrite: false)
    try run.write("", to: "config.yaml")
    let error = #expect(throws: RunError.self) { _ = try RunFolder.open(folder.path) }
    #expect(error?.description.contains("process \(getpid())") == true)
    withExtendedLifetime(run) {}
  }
}
