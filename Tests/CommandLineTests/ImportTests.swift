import Foundation
import TestSupport
import Testing

/// `regnas data import` of arrays and of files in folders, and where its data set files go.
@Suite struct ImportTests {
  private let regnas: Regnas
  private var folder: TemporaryFolder { regnas.folder }

  init() throws {
    regnas = try Regnas()
    try put("x.npy", "|u1", [120, 6, 6], (0..<4320).map { UInt8($0 % 256) })
    try put("y.npy", "|u1", [120], (0..<120).map { UInt8($0 % 3 * 2) })
  }

  /// An array of NumPy.
  private func put(_ name: String, _ type: String, _ shape: [Int], _ bytes: [UInt8]) throws {
    let lengths = shape.map { "\($0)," }.joined(separator: " ")
    let header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(lengths)), }\n"
    let length = UInt8(header.utf8.count)
    try folder.put(
      [0x93] + Array("NUMPY".utf8) + [1, 0, length, 0] + Array(header.utf8) + bytes,
      name
    )
  }

  private static let npz: Command = "data import npz x.npy --labels-file y.npy --quiet"

  private func info(_ file: String) throws -> [String: Any] {
    try object(regnas.succeed("data info \(file) --json").output)
  }

  @Test func classesAreNamedAndGapsClosed() throws {
    let result = try regnas.succeed("\(Self.npz) --out open.h5")
    #expect(
      result.output.contains("2 of 5 classes have no images (--close-gaps leaves them out): 1")
    )
    try regnas.succeed("\(Self.npz) --close-gaps --classes \("a, \"b, \"\"c\"\"\" , d") --out a.h5")
    #expect(try info("a.h5")["classNames"] as? [String] == ["a", "b, \"c\"", "d"])
    try regnas.refuse("\(Self.npz) --classes a,b,c --out b.h5", 64, "3 class names were given")
    try regnas.refuse("\(Self.npz) --close-gaps --classes a,,c --out b.h5", 64, "class 1 is empty")
    try regnas.refuse(
      "\(Self.npz) --classes \("\"a\"b,c") --out b.h5",
      64,
      "follows the quoted name"
    )
    for (names, cause) in [
      ("\"*", "the quote before '*' is not closed"), ("a,\"b,c", "the quote before 'b,c'"),
      ("a,a,b,c,d", "two classes have the same name, 'a'"),
    ] {
      try regnas.refuse("\(Self.npz) --classes \(names) --out b.h5", 64, cause)
    }
    for option in ["seed", "search"] {
      try regnas.refuse("\(Self.npz) --\(option) -1 --out b.h5", 64, "-1")
    }
    #expect(!folder.exists("b.h5"))
  }

  /// Names of arrays are what others wrote, and a refusal is one line.
  @Test func refusalsAreOneLine() throws {
    try folder.put("P6 1 1 255 abc", "pictures/a\u{1b}[31m\nb/1.ppm")
    try folder.copy(fixture("Images/colour.bmp"), to: "more/a\u{1b}[31m\nb/1.bmp")
    let command: Command = "data import folder more --size 8 --classes cat --out a.h5"
    let result = try regnas(command)
    #expect(result.status == 64)
    #expect(result.errors.split(separator: "\n").count == 1)
    #expect(result.errors.contains("The class folders are: a?[31m?b."), "\(result.errors)")
    try regnas.refuse("data import folder pictures --size 8 --out a.h5", 65, "others: 1 PNM")
  }

  @Test func searchPartsAreNamed() throws {
    let search: Command = "--search-file x.npy --search-labels-file y.npy"
    let result = try regnas.succeed("\(Self.npz) \(search) --search 40 --out a.h5")
    #expect(result.output.contains("splits     80 train, 40 search, 40 test"), "\(result.output)")
    let missing: Command = "\(Self.npz) --search-images x --out b.h5"
    try regnas.refuse(missing, 64, "--search-images and --search-labels go together")
  }

  @Test func aSubsetIsSmallAndRemembersItsRows() throws {
    let result = try regnas.succeed("\(Self.npz) --train 20 --search 9 --test 6 --out a.h5")
    #expect(result.output.contains("35 of 6 x 6 x 1") && result.output.contains("85 images in no"))
    let rows = try regnas.succeed("data info a.h5 --split search").output.split(separator: "\n")
      .compactMap { Int($0) }
    #expect(rows.count == 9 && rows == rows.sorted() && (rows.last ?? 0) >= 35)
  }

  @Test func onlyFilesAreReplaced() throws {
    mkfifo(folder.file("pipe"), 0o600)
    try regnas.refuse("\(Self.npz) --out pipe --overwrite", 64, "pipe: this is not a regular file")
    try folder.put("mine", "there/notes.txt")
    symlink("there/notes.txt", folder.file("link"))
    try regnas.refuse(
      "\(Self.npz) --out link",
      64,
      "link: the file is there already",
      "--overwrite"
    )
    #expect(folder.text("there/notes.txt") == "mine")
    let loud: Command = "data import npz x.npy --labels-file y.npy --out link --overwrite"
    #expect(try regnas.succeed(loud).errors.contains("there/notes.txt is written"))
    try regnas.succeed("data verify there/notes.txt")
    try regnas.succeed("\(Self.npz) --out D")
    try regnas.refuse("\(Self.npz) --out none/a.h5", 66, "none: cannot write to")
    for command in ["latency measure mobilenetv3-small --out", "compare --out"] as [Command] {
      try folder.put("mine", "mine.csv")
      let name = command.words[0] == "compare" ? "mine" : "mine.csv"
      try regnas.refuse("\(command) \(name)", 64, "mine.csv: the file is there already")
      try regnas.refuse("\(command) none/\(name)", 66, "none: cannot write to")
    }
    #expect(folder.text("mine.csv") == "mine")
  }

  /// What is read is never what is written.
  @Test func theSourceIsKept() throws {
    let array = folder.bytes("x.npy")
    for out in ["x.npy", "y.npy", "./x.npy"] {
      try regnas.refuse(
        "data import npz x.npy --labels-file y.npy --out \(out) --overwrite",
        64,
        "which is read"
      )
    }
    #expect(folder.bytes("x.npy") == array)
    try folder.put("a picture", "photos/cat/1.jpg")
    let command: Command = "data import folder photos --size 8 --out photos/cat/1.jpg --overwrite"
    try regnas.refuse(command, 64, "photos, which is read")
    try regnas.refuse("data import folder photos --size 8 --out ''", 64, "no name of a file")
    try folder.put("", "model-00001-of-00002.safetensors")
    let part: Command = "supernet import model-00001-of-00002.safetensors --space resnet50-small"
    try regnas.refuse("\(part) --out w.h5", 65, "one of several files", ".index.json")
  }

  @Test func whatAKilledImportLeftIsRemoved() throws {
    // No process has the largest number there can be.
    try folder.put("part", "a.h5.2147483646-1.partial")
    let result = try regnas.succeed("data import npz x.npy --labels-file y.npy --out a.h5")
    #expect(result.errors.contains("removed a.h5.2147483646-1.partial, which an import"))
    #expect(!folder.names().contains { $0.hasSuffix(".partial") })
  }

  @Test(
    .enabled(if: SmallData.isThere, SmallData.note),
    arguments: [SIGINT, SIGTERM, SIGHUP]
  )
  func anInterruptedImportLeavesNothing(signal: Int32) throws {
    let program = try regnas.start("data import idx \(SmallData.source) --out a.h5 --quiet")
    let isWriting = program.wait(until: {
      folder.names().contains { $0.hasSuffix(".partial") }
    })
    #expect(isWriting)
    program.send(signal)
    #expect(program.finish().status == 128 + signal)
    #expect(!folder.names().contains { $0.hasPrefix("a.h5") })
  }

  @Test func whatIsMissingIsNamed() throws {
    try regnas.refuse(
      "data import npz x.npy --images x --labels-file y.npy --out a.h5",
      64,
      "holds one array without a name"
    )
    try regnas.refuse("data import npz x.npy --out a.h5", 65, "shape [120, 6, 6]")
    try regnas.refuse("data import hdf5 y.npy --labels-file none --out a.h5", 66, "none: there is")
    try regnas.refuse("\(Self.npz) --layout nhwx --out a.h5", 64, "nhwc")
    let wide = try regnas.succeed("\(Self.npz) --size 8 --out a.h5")
    #expect(wide.output.contains("120 of 8 x 8 x 1"))
  }
}
