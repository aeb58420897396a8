import Configuration
import Families
import Foundation
import ImageData
import Predicting
import RunFixtures
import Runs
import TestSupport
import Testing
import Torch

@testable import Search

/// What a reference is read from, what is said of it, and that it is for the images it is compared on.
@Suite(.serialized) struct ReferenceTests {
  private let small: SmallRun
  private var data: ImageDataset { get throws { try .open(small.configuration.data.file) } }

  init() throws { small = try SmallRun() }

  private func reference(
    _ path: String,
    data: String? = nil
  ) throws -> ReferencePredictions {
    var configuration = small.configuration
    configuration.search.reference = path
    return try #require(
      try ReferencePredictions(
        configuration,
        data: .open(data.map(small.folder.file) ?? configuration.data.file)
      )
    )
  }

  private func refusal(_ path: String, data: String? = nil) -> String {
    do { return "read: \(try reference(path, data: data).notes)" } catch { return "\(error)" }
  }

  private func labels() throws -> [Int32] {
    let data = try data
    return data.indices(of: .search).map { data.labels[$0] }
  }

  private func text(_ classes: [Int32], _ name: String = "p.txt") throws -> String {
    try small.folder.put(classes.map { "\($0)\n" }.joined(), name)
  }

  // MARK: Which images

  @Test func aFamilyIsForItsOwnImages() throws {
    let run = try small.start("run")
    try run.train()
    let path = small.folder.file("family.dat")
    var family = try run.sampleFamily(
      FamilySettings(small.configuration),
      to: path,
      overwrite: false
    )
    let digest = try data.digest(of: .search)
    #expect(family.provenance.searchDigest == digest)
    #expect(try Family(contentsOf: path).provenance == family.provenance)
    let notes = try reference(path).notes
    #expect(notes.first?.contains("of 40 search images") == true && notes.count >= 2)

    // The same images in another file; others.
    try SmallRun.writeData(to: small.folder.file("again.h5"), seed: 1)
    try SmallRun.writeData(to: small.folder.file("other.h5"), seed: 2)
    #expect(try reference(path, data: "again.h5").notes == notes)
    let other = try ImageDataset.open(small.folder.file("other.h5"))
    let message = refusal(path, data: "other.h5")
    #expect(try message.contains(digest) && message.contains(other.digest(of: .search)))
    #expect(message.contains("search.reference") && message.contains("other.h5"))

    // A file of before there were digests of splits: labels are compared, and that is said.
    family.provenance.searchDigest = nil
    family.provenance.testDigest = nil
    let old = small.folder.file("old.h5")
    try FamilyFile.write(family, to: old)
    #expect(try reference(old).notes.count == notes.count)
    #expect(refusal(old, data: "other.h5").contains("labels of its search split"))
    family.provenance.dataDigest = "another"
    try FamilyFile.write(family, to: old)
    let warnings = try reference(old).notes.filter { $0.hasPrefix("warning: \(old)") }
    #expect(warnings.count == 2 && warnings[0].contains("labels of the search split agree"))

    // Classes in another order.
    family.images?.classNames = ["b", "a", "c"]
    try FamilyFile.write(family, to: old)
    #expect(refusal(old).contains("class 0 is 'b' there and 'a' here"))
  }

  @Test func aFileOfPredictionsIsAReferenceToo() throws {
    let data = try data
    func content(_ value: (Int32) -> Int32) -> PredictionsFile.Content {
      func of(_ split: Split) -> [Int32] { data.indices(of: split).map { value(data.labels[$0]) } }
      return .init(search: of(.search), test: of(.test))
    }
    let path = small.folder.file("predictions.h5")
    for (digest, isRead) in [(try data.digest(of: .search), true), ("other", false)] {
      try PredictionsFile.write(
        content { ($0 + 1) % 3 },
        labels: content { $0 },
        digests: .init(search: digest, test: try data.digest(of: .test)),
        identity: ["kind": "alone"],
        to: path
      )
      #expect(refusal(path).hasPrefix("read") == isRead)
    }
    try PredictionsFile.write(
      content { $0 + 1 },
      labels: content { $0 },
      identity: ["data-sha256": data.digest],
      to: path
    )
    #expect(refusal(path).contains("predicts class 3"))
  }

  @Test func aTorchScriptModelIsAReferenceToo() throws {
    let draft = try TorchScriptDraft(className: "Model")
    try draft.define(
      """
      def forward(self, x: Tensor):
          return x.view(-1, 16, 16)[:, :12].reshape(-1, 3, 64).mean(2)

      """
    )
    let path = try small.folder.put(draft.fileBytes(), "model.pt")
    var configuration = small.configuration
    configuration.search.reference = path
    let reference = try #require(try ReferencePredictions(configuration, data: data))
    #expect(reference.coversTest)
    #expect(reference.notes.count == 4 && reference.notes[0].contains("ran the TorchScript model"))
    #expect(reference.notes[1].contains("of 40 search images"))
    #expect(reference.notes[3].contains("of 30 test images"))
    // Its preparation counts, and is said to be idle for others.
    configuration.search.referenceSize = 8
    #expect(throws: PredictingError.self) { try ReferencePredictions(configuration, data: data) }
    configuration.search.reference = try text(labels())
    let notes = try #require(try ReferencePredictions(configuration, data: data)).notes
    #expect(notes.contains { $0.hasPrefix("warning: ") && $0.contains("without effect") })
    // Of another number of classes, or weights without a model.
    try SmallRun.writeData(to: small.folder.file("two.h5"), seed: 1, classes: 2)
    #expect(refusal(path, data: "two.h5").contains("3 classes apart, and there are 2"))
    let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Fixtures/Import/ema.zip.pt").standardized.path
    #expect(refusal(fixture).contains("holds weights (a state dict)"))
  }

  // MARK: What is said

  @Test func theAgreementIsSaid() throws {
    let labels = try labels()
    let notes = try reference(text(labels)).notes
    #expect(notes.count == 1)
    #expect(notes.first?.hasSuffix("is right for 40 of 40 search images (100.00 %)") == true)
    let guessing = try reference(text(labels.map { _ in 1 })).notes
    #expect(guessing.last?.contains("no more often than guessing") == true)
    let otherOrder = try reference(text(labels.map { ($0 + 1) % 3 })).notes
    #expect(otherOrder.last?.contains("would be right for 40 of 40") == true)
    // The run says it before it trains.
    var referred = small
    referred.configuration.search.reference = try text(labels)
    let keeper = NoteKeeper()
    #expect(throws: Interrupted.self) {
      try referred.start("run", interruption: .init(stoppingAtLook: 1), reporter: keeper).train()
    }
    #expect(keeper.notes.first == notes.first)
    #expect(try RunPlan(RunSetting(referred.configuration)).text.contains("note       " + notes[0]))
  }

  @Test func anotherOrderOfTheClassesIsFound() throws {
    let names = (0..<12).map(String.init).sorted()
    let labels = (0..<144).map { Int32($0 % 12) }
    func notes(_ classes: [Int32], _ names: [String], _ labels: [Int32]) -> [String] {
      PredictionsAgreement(classes, labels: labels, classNames: names, of: "R", on: "images").notes
    }
    let numbers = notes(labels.map { Int32(names[Int($0)]) ?? 0 }, names, labels)
    #expect(numbers.last?.contains("if its classes were sorted by number: 0, 1, 2, 3") == true)
    #expect(numbers.last?.contains("class 2 is '10'") == true)
    // The other way round.
    let natural = (0..<12).map(String.init)
    let asText = notes(
      (0..<24).map { Int32(names.firstIndex(of: natural[$0 % 12]) ?? 0) },
      natural,
      (0..<24).map { Int32($0 % 12) }
    )
    #expect(asText.last?.contains("if its classes were sorted as text: 0, 1, 10, 11") == true)
    let fromOne = notes(labels.map { min($0 + 1, 11) }, natural, labels)
    #expect(fromOne.last?.contains("counted from 1") == true)
    // Any order at all, where the fit holds for images it was not found on.
    let shuffled: [Int32] = [5, 3, 8, 0, 2, 11, 1, 9, 10, 4, 6, 7]
    let any = notes(labels.map { shuffled[Int($0)] }, natural, labels)
    #expect(any.last?.contains("its class 0 was class 3 ('3')") == true)
    // Chance has no order: 12 classes, 3 images of each.
    let few = (0..<36).map { Int32($0 % 12) }
    let random = few.indices.map { Int32(($0 * 7 + $0 / 5) % 12) }
    let chance = notes(random, natural, few)
    #expect(!chance.contains { $0.contains("order of the classes may differ:") })
    // A good reference with mistakes is left in peace.
    let good = notes(labels.enumerated().map { $0 % 4 == 0 ? 0 : $1 }, natural, labels)
    #expect(good.count == 1)
  }

  // MARK: Forms

  @Test func arraysOfNumPyAreRead() throws {
    let labels = try labels()
    func array(_ type: String, _ shape: String, _ entry: (Int32) -> [UInt8]) throws -> String {
      var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
      while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
      header += "\n"
      let size = UInt16(header.utf8.count)
      return try small.folder.put(
        [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(size & 255), UInt8(size >> 8)]
          + Array(header.utf8) + labels.flatMap(entry),
        "p.npy"
      )
    }
    func bytes<T>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
    for path in [
      { try array("<i8", "(40,)") { bytes(Int64($0).littleEndian) } },
      { try array(">i4", "(40, 1)") { bytes($0.bigEndian) } },
      { try array("|u1", "(40,)") { [UInt8($0)] } },
      { try array("<f4", "(40,)") { bytes(Float($0).bitPattern.littleEndian) } },
      { try array("<f8", "(40,)") { bytes(Double($0).bitPattern.littleEndian) } },
      // 0, 1 and 2 in half precision.
      { try array("<f2", "(40,)") { [0, [0, 0x3C, 0x40][Int($0)]] } },
    ] {
      let notes = try reference(path()).notes
      #expect(notes.last?.contains("40 of 40 search images") == true)
    }
    func refused(_ path: String, _ reason: String) {
      #expect(refusal(path).contains(reason), "\(refusal(path))")
    }
    refused(try array("<i8", "(40,)") { bytes(-Int64($0)) }, "is not a class in 0..<3")
    refused(try array("<f8", "(40,)") { bytes(Double($0) + 0.5) }, "no whole number")
    refused(try array("|u1", "(80,)") { [UInt8($0), 0] }, "the predictions are for 80 images")
    refused(try array("|u1", "(41,)") { [UInt8($0)] }, "truncated")
    refused(try array("<f4", "(40, 3)") { _ in [UInt8](repeating: 0, count: 12) }, "argmax")
    refused(try array("<U3", "(40,)") { _ in [UInt8](repeating: 0, count: 12) }, "no numbers")
    refused(try array("|O", "(40,)") { _ in [] }, "Python objects")
    for shape in ["(9223372036854775807,)", "(18014398509481984,)"] {
      refused(try array("<U4096", shape) { _ in [] }, "is impossible")
    }
    let whole = small.folder.bytes("p.npy")
    for count in 6..<128 {
      try small.folder.put(Array(whole.prefix(count)), "cut.npy")
      #expect(!refusal(small.folder.file("cut.npy")).hasPrefix("read"))
    }
  }

  @Test func whatIsNoTextSaysSo() throws {
    let lines = try labels().map { "\($0)\n" }.joined()
    let wide = try small.folder.put(
      [0xFF, 0xFE] + lines.utf16.flatMap { [UInt8($0), 0] },
      "w.txt"
    )
    #expect(try reference(wide).notes.count == 1)
    for (bytes, reason) in [
      (Array(lines.utf8) + [0], "this is not text"), (Array("PK".utf8) + [3, 0], "zip archive"),
      ([0x80, 4, 0], "pickle"), ([0x1F, 0x8B, 0], "decompress"),
      (Array("0\n1\n".utf8) + [0xE9, 10], "line 3: this is not text in UTF-8"),
    ] as [([UInt8], String)] {
      let message = refusal(try small.folder.put(bytes, "p.bin"))
      #expect(message.contains(reason) && message.contains("p.bin"), "\(message)")
    }
    #expect(refusal(small.folder.path).contains("no regular file"))
    #expect(refusal("/dev/zero").contains("no regular file"))
    // As many lines as another split has.
    let train = try text([Int32](repeating: 1, count: 64))
    #expect(refusal(train).contains("the train split has 64"))
  }
}
