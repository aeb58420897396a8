import AtomicFiles
import Families
import Foundation
import ImageData
import Runs
import TestSupport
import Testing

@testable import Reports

/// Serialised: libtorch's settings are of the process.
@Suite(.serialized) struct FamilyReportTests {
  /// A family with hostile names, and its data set beside it.
  private func hostileFamily(_ folder: TemporaryFolder, channels: Int = 1) throws -> String {
    let names = [hostileName, "b", "c"]
    let source = NoiseImages(names, side: 8, channels: channels, test: 60)
    let data = try source.write(to: folder.file("data.h5"))
    var family = SyntheticFamily(classNames: names)
    family.dataDigest = data.digest
    family.labels = data.indices(of: .test).map { data.labels[$0] }
    try FamilyFile.write(family.make(), to: folder.file("family.h5"))
    return folder.file("family.h5")
  }

  @Test func hostileNamesAreShownAsTheyAre() throws {
    let folder = try TemporaryFolder()
    let family = try hostileFamily(folder)
    let report = try Report(of: family, data: folder.file("data.h5"))
    let html = try report.html()
    let page = try PageReading(html)
    #expect(page.text.contains(hostileName.replacingOccurrences(of: "\u{1}", with: "\u{FFFD}")))
    #expect(page.text.contains("least <&>"))
    // Ours and the figures, and no element of a name's.
    #expect(page.counts["script"] == 2 && page.counts["i"] == nil)
    #expect(page.counts["img", default: 0] > 3)
    #expect(page.text.contains("<i>"))
    let gallery = try #require(try page.figures()["gallery"] as? [[String: Any]])
    let images = try #require(gallery[0]["images"] as? [[String: Any]])
    #expect(images.contains { $0["trueClass"] as? String == hostileName })
    // Every link of the page leads to a part of it.
    let ids = Set(page.attributes["id"] ?? [])
    for link in page.attributes["href"] ?? [] {
      #expect(link.hasPrefix("#") && ids.contains(String(link.dropFirst())), "\(link)")
    }
    #expect(page.attributes["id"]?.count == ids.count)
    // Nothing is asked for from anywhere.
    #expect(page.attributes["src"]?.allSatisfy { $0.hasPrefix("data:image/png;base64,") } == true)
    #expect(try Report(of: family, data: folder.file("data.h5")).html() == html)
  }

  /// The flips of the page are those of the predictions, counted here by hand.
  @Test func flipsAreCounted() throws {
    let folder = try TemporaryFolder()
    let path = try hostileFamily(folder)
    let family = try Family(contentsOf: path)
    let figures = try Report(of: path, data: folder.file("data.h5")).figures
    let (old, new) = (family.members[0].test, family.members[2].test)
    let lost = old.labels.indices.filter {
      old.classes[$0] == old.labels[$0] && new.classes[$0] != new.labels[$0]
    }
    let pair = try #require(
      figures.flips.first { $0.reference == "member 1" && $0.candidate == "member 3" }
    )
    #expect(lost.count > 3 && pair.negative.reduce(0, +) == lost.count)
    #expect(pair.images.reduce(0, +) == 60)
    #expect(pair.commonest.reduce(0) { $0 + $1.count } == lost.count)
    let gallery = try #require(figures.gallery.first { $0.candidate == "member 3" })
    #expect(gallery.flips == lost.count)
    let sure = try #require(new.probabilities).predicted
    #expect(gallery.images.map(\.number) == Array(lost.sorted { sure[$0] > sure[$1] }.prefix(12)))
    let data = try ImageDataset.open(folder.file("data.h5"))
    let image = gallery.images[0]
    #expect(image.name == data.imageNames?[data.indices(of: .test)[image.number]])
  }

  @Test func otherDataAreRefusedAndMissingDataNamed() throws {
    let folder = try TemporaryFolder()
    let family = try hostileFamily(folder)
    let other = NoiseImages(["a", "b", "c"], side: 9, channels: 1, test: 60)
    _ = try other.write(to: folder.file("other.h5"))
    #expect(throws: RunError.self) { try Report(of: family, data: folder.file("other.h5")) }
    try folder.remove("data.h5")
    let page = try PageReading(Report(of: family).html())
    #expect(page.text.contains("--data FILE"))
    #expect(page.counts["img"] == nil && page.text.contains("image "))
  }

  @Test func aLargeFamilyIsASmallFile() throws {
    let folder = try TemporaryFolder()
    let names = (0..<100).map { "class number \($0)" }
    let source = NoiseImages(names, side: 32, channels: 1, test: 2000)
    let data = try source.write(to: folder.file("data.h5"))
    var family = SyntheticFamily(classNames: names)
    family.dataDigest = data.digest
    family.labels = data.indices(of: .test).map { data.labels[$0] }
    family.members = 5
    family.evaluations = 2000
    try FamilyFile.write(family.make(), to: folder.file("family.h5"))
    let report = try Report(of: folder.file("family.h5"), data: folder.file("data.h5"))
    let html = try report.html()
    #expect(html.utf8.count < 2_000_000)
    let page = try PageReading(html)
    #expect(page.counts["img", default: 0] >= 100)
    #expect(page.counts["circle", default: 0] > 3000)
    #expect((try page.figures()["evaluations"] as? [String: Any])?["macs"] as? [Int] != nil)
  }

  /// Its file has no space, no names and no evaluations.
  @Test func aFamilyOfTheFirstVersionHasAReport() throws {
    let page = try PageReading(Report(of: fixture("Formats/version-1/family.h5")).html())
    #expect(page.text.contains("written by an earlier version"))
    #expect(!page.text.contains("Members side by side"))
  }

  @Test func thePictureIsAPicture() throws {
    let folder = try TemporaryFolder()
    let report = try Report(of: hostileFamily(folder), data: folder.file("data.h5"))
    let picture = try PageReading(try #require(report.picture))
    #expect(picture.text.contains("against member 1") && picture.counts["svg"] == 3)
  }

  @Test func onlyReportsAreReplaced() throws {
    let folder = try TemporaryFolder()
    let page = folder.file("page.html")
    let html = try Report(of: hostileFamily(folder), data: folder.file("data.h5")).html()
    try ReportFile.write(html, to: page, overwrite: false)
    #expect(throws: OutputError.self) { try ReportFile.check(page, overwrite: false) }
    #expect(throws: OutputError.self) { try ReportFile.write(html, to: page, overwrite: false) }
    try ReportFile.check(page, overwrite: true)
    try folder.put("<html></html>", "other.html")
    #expect(throws: OutputError.self) {
      try ReportFile.check(folder.file("other.html"), overwrite: true)
    }
    #expect(folder.names().filter { $0.hasSuffix(".partial") }.isEmpty)
  }
}
