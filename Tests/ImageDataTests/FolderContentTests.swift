import Foundation
import HDF5
import TestSupport
import Testing

@testable import ImageData
@testable import PictureFolders

/// What else lies in folders of pictures.
@Suite struct FolderContentTests {
  private func open(
    _ folder: TemporaryFolder,
    size: Int = 4,
    channels: Int = 3,
    skipsCorrupt: Bool = false
  ) throws -> FolderSource {
    try FolderSource(
      folder: folder.path,
      options: .init(size: size, channels: channels, skipsCorrupt: skipsCorrupt)
    )
  }

  @Test func typesAreToldByContent() throws {
    let folder = try TemporaryFolder()
    let names = ["colour.webp", "colour.tif", "colour.bmp", "colour.gif", "colour.png"]
    for name in names { try folder.copy(fixture("Images/\(name)"), to: "a/\(name)") }
    try folder.put(Fixture.jpeg, "a/really.png")
    try folder.put(Fixture.png, "a/no-ending")
    let source = try open(folder)
    #expect(source.count == 7)
    #expect(
      source.notes.map(\.line).contains(
        "2 pictures of another type than their name says, read by content: a/no-ending, a/really.png"
      )
    )
  }

  @Test func whatIsLeftOutIsCounted() throws {
    let folder = try TemporaryFolder()
    for name in ["a/1.png", "b/1.png"] { try folder.put(Fixture.png, name) }
    let box: [UInt8] = [0, 0, 0, 24] + Array("ftyp".utf8)
    try folder.put(box + Array("avif".utf8), "a/1.avif")
    try folder.put(box + Array("avif".utf8), "a/2.jpg")
    try folder.put(box + Array("heic".utf8), "a/IMG_1.HEIC")
    try folder.put("<svg xmlns='x'/>", "b/icon.svg")
    try folder.put([0x49, 0x49, 42, 0, 8, 0, 0, 0], "b/photo.NEF")
    try folder.put("x", "b/labels.csv")
    try folder.put("x", "readme")
    for name in [".DS_Store", "a/._1.png", "__MACOSX/a/1.png", "b/Thumbs.db", "a/Desktop.ini"] {
      try folder.put(Fixture.png, name)
    }
    let source = try open(folder)
    #expect(source.classNames == ["a", "b"])
    #expect(source.imageNames == ["a/1.png", "b/1.png"])
    #expect(
      source.notes.map(\.line) == [
        "2 AVIF pictures left out, since this type is not read: a/1.avif, a/2.jpg",
        "1 HEIC picture left out, since this type is not read: a/IMG_1.HEIC",
        "1 SVG picture left out, since this type is not read: b/icon.svg",
        "1 camera raw picture left out, since this type is not read: b/photo.NEF",
        "2 files other than pictures left out (1 without an ending, 1 .csv): readme, b/labels.csv",
        "2 hidden files left out: .DS_Store, a/._1.png",
        "3 files of operating systems left out: __MACOSX, a/Desktop.ini, b/Thumbs.db",
      ]
    )
  }

  @Test func linksAreFollowedButNotRoundInCircles() throws {
    let folder = try TemporaryFolder()
    try folder.put(Fixture.png, "a/1.png")
    try folder.put(Fixture.png, "elsewhere/2.png")
    try folder.makeFolder("b")
    let links = [
      ("b/2.png", "../elsewhere/2.png"), ("b/more", "../elsewhere"), ("b/self", "."),
      ("a/top", ".."), ("a/notes", "/nowhere"),
    ]
    for (link, target) in links {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file(link),
        withDestinationPath: target
      )
    }
    let source = try open(folder)
    #expect(source.imageNames == ["a/1.png", "b/2.png", "b/more/2.png", "elsewhere/2.png"])
    let lines = source.notes.map(\.line)
    #expect(lines.contains("2 links back to a folder above left out: a/top, b/self"))
    #expect(lines.contains("1 link to nowhere, pipes and the like left out: a/notes"))
  }

  /// Ten classes that link to each other can be walked in millions of ways.
  @Test func linksThatLeadEverywhereEnd() throws {
    let folder = try TemporaryFolder()
    for number in 0..<10 {
      try folder.put(Fixture.png, "\(number)/1.png")
      for other in 0..<10 where other != number {
        try FileManager.default.createSymbolicLink(
          atPath: folder.file("\(number)/like\(other)"),
          withDestinationPath: "../\(other)"
        )
      }
    }
    let source = try open(folder)
    #expect(source.count <= 80)
    #expect(source.notes.contains { $0.text.contains("read several times already") })
  }

  /// It may be a class: to leave it out would be to train without it.
  @Test func aFolderWhoseNameIsNotTextIsRefused() throws {
    let folder = try TemporaryFolder()
    for name in ["a/1.png", "a/2.png", "b/1.png"] { try folder.put(Fixture.png, name) }
    try run("/bin/bash", "-c", "cp -r \"$0/a\" \"$0/\"$'caf\\xe9'", folder.path)
    for skips in [false, true] {
      let error = #expect(throws: ImageDataError.self) {
        _ = try open(folder, skipsCorrupt: skips)
      }
      #expect(error?.description.contains("the name of the folder is not UTF-8") == true)
    }
  }

  @Test func whatCannotBeOpenedIsNamedAndSkippedOnlyWhenTold() throws {
    let folder = try TemporaryFolder()
    for name in ["a/1.png", "a/2.png", "b/1.png", "b/2.png"] { try folder.put(Fixture.png, name) }
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("a/x.jpg"),
      withDestinationPath: "/nowhere"
    )
    let dangling = #expect(throws: ImageDataError.self) { _ = try open(folder) }
    #expect(dangling?.kind == .missingFile)
    #expect(dangling?.description.contains("a/x.jpg: it is a link that leads nowhere") == true)
    try folder.remove("a/x.jpg")
    try run("/usr/bin/mkfifo", folder.file("a/pipe.png"))
    let pipe = #expect(throws: ImageDataError.self) { _ = try open(folder) }
    #expect(pipe?.kind == .badData)
    // A name that is not UTF-8: only a shell writes it.
    try run("/bin/bash", "-c", "cp \"$0/a/1.png\" \"$0/b/\"$'\\xff.jpg'", folder.path)
    try folder.put(Array(Fixture.jpeg.prefix(400)), "b/cut.jpg")
    let source = try open(folder, skipsCorrupt: true)
    #expect(source.count == 4)
    #expect(
      source.skipped.map { String($0.path.dropFirst(folder.path.count + 1)) }
        == ["a/pipe.png", "b/\\xff.jpg", "b/cut.jpg"]
    )
    #expect(
      source.notes.map(\.line).last
        == "3 pictures left out that could not be opened or decoded: a/pipe.png, b/\\xff.jpg, b/cut.jpg"
    )
  }

  @Test func unreadableFoldersAreNoMissingFolders() {
    let denied = FolderListing.refusal("d/test", EACCES)
    #expect(denied.kind == .inputOutput)
    #expect(denied.description.hasPrefix("d/test: permission denied. Make the folder readable"))
    #expect(FolderListing.refusal("d", ENOENT).kind == .missingFile)
    #expect(FolderListing.refusal("d.zip", ENOTDIR).kind == .badData)
  }

  @Test func treatmentIsCounted() throws {
    let folder = try TemporaryFolder()
    for name in [
      "turned.jpg", "clear.png", "ink.jpg", "frames.gif", "deep-12-bits.png", "colour.png",
    ] {
      try folder.copy(fixture("Images/\(name)"), to: "a/\(name)")
    }
    var revision = Fixture.jpeg
    revision.replaceSubrange(11..<13, with: [0, 0])
    try folder.put(revision, "a/warns.jpg")
    for skips in [false, true] {
      let source = try open(folder, skipsCorrupt: skips)
      try source.read { _, _ in }
      #expect(
        source.notes.map(\.line) == [
          "1 picture turned upright by orientation tags: a/turned.jpg",
          "1 transparent picture composed on white: a/clear.png",
          "1 CMYK picture turned into RGB without a colour profile: a/ink.jpg",
          "1 picture of several frames or pages, of which only the first is used: a/frames.gif",
          "1 picture of 16 bits stretched: no sample uses more than 12 bits, so that 4095 is white: "
            + "a/deep-12-bits.png",
          "1 picture used although the decoder warned: a/warns.jpg (Warning: unknown JFIF revision "
            + "number 0.00)",
        ]
      )
    }
  }

  /// One scale for all, so that pictures keep their brightness among each other.
  @Test func the16BitScaleIsThatOfTheBrightest() throws {
    let folder = try TemporaryFolder()
    try folder.copy(fixture("Images/deep.png"), to: "a/1.png")
    try folder.copy(fixture("Images/deep-12-bits.png"), to: "a/2.png")
    let source = try open(folder, size: 12, channels: 1)
    var pixels: [UInt8] = []
    try source.read { block, _ in pixels += block }
    #expect(pixels[0..<144].map { $0 >> 4 } == Array(pixels[144...]))
  }

  /// The order of images does not depend on which of them is decoded first.
  @Test func manyImagesKeepTheirOrder() throws {
    let folder = try TemporaryFolder()
    for number in 0..<300 {
      let name = number % 3 == 0 ? Fixture.jpeg : number % 3 == 1 ? Fixture.png : Fixture.greyPNG
      try folder.put(name, "a/\(1000 + number).png")
    }
    let source = try open(folder, size: 12)
    var pixels: [UInt8] = []
    try source.read { block, _ in pixels += block }
    for (offset, file) in [Fixture.jpeg, Fixture.png, Fixture.greyPNG].enumerated() {
      let square = try ImageDecoder.decode(file, channels: 3).centreSquare(12)
      for number in stride(from: offset, to: 300, by: 3) {
        #expect(pixels[(number * 432)..<(number * 432 + 432)] == square[...])
      }
    }
  }
}
