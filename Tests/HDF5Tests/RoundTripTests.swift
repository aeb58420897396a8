import HDF5
import TestSupport
import Testing

@Suite struct RoundTripTests {
  @Test func everyElementTypeComesBackExactly() throws {
    let file = try HDF5File.createInMemory()
    func check<Element: HDF5Scalar>(_ values: [Element]) throws {
      let name = "\(Element.self)"
      try file.root.write(name, values, shape: [values.count, 1])
      let copy = try HDF5File.open(image: file.image(), name: "copy")
      let read = try copy.root.read(name, as: Element.self)
      #expect(read == HDF5Array(values: values, shape: [values.count, 1]))
      #expect(try copy.root.dataset(name).elementType == Element.elementType)
    }
    try check([Int8.min, -1, 0, .max])
    try check([Int16.min, -1, 0, .max])
    try check([Int32.min, -1, 0, .max])
    try check([Int64.min, -1, 0, .max])
    try check([UInt8.min, 1, .max])
    try check([UInt16.min, 1, .max])
    try check([UInt32.min, 1, .max])
    try check([UInt64.min, 1, .max])
    try check([-Float.infinity, -0.1, .leastNonzeroMagnitude, .greatestFiniteMagnitude])
    try check([-Double.infinity, -0.1, .leastNonzeroMagnitude, .greatestFiniteMagnitude])
  }

  @Test(arguments: [[], [0], [1], [6], [2, 0, 3], [2, 3], [1, 2, 3, 1]])
  func everyShapeComesBack(shape: [Int]) throws {
    let file = try HDF5File.createInMemory()
    let values = (0..<shape.reduce(1, *)).map { Int32($0) }
    try file.root.write("numbers", values, shape: shape)
    try file.root.write("texts", strings: values.map { "\($0)" }, shape: shape)
    let copy = try HDF5File.open(image: file.image(), name: "copy")
    #expect(try copy.root.read("numbers") == HDF5Array(values: values, shape: shape))
    #expect(
      try copy.root.readStrings("texts") == HDF5Array(values: values.map { "\($0)" }, shape: shape)
    )
  }

  @Test func equalContentGivesEqualBytes() async throws {
    let first = try sampleFile().image()
    // The times that HDF5 could keep have a resolution of one second.
    try await Task.sleep(for: .milliseconds(1100))
    #expect(try sampleFile().image() == first)
  }

  @Test func attributesKeepValueAndType() throws {
    let file = try HDF5File.open(image: sampleFile().image(), name: "sample")
    #expect(try file.root.attribute("seed") == Int64.min)
    #expect(try file.root.attribute("rate") == 0.1)
    #expect(try file.root.attribute("format") == "regnas.supernet")
    #expect(try file.root.attributeIfPresent("nothing", as: String.self) == nil)
    let weight = try file.root.group("weights").dataset("stem.conv.weight")
    #expect(try weight.attribute("unit") == "none – ohne")
    let error = #expect(throws: HDF5Error.self) {
      _ = try file.root.attribute("seed", as: String.self)
    }
    #expect(error?.kind == .mismatch)
    #expect(
      error?.description
        == "sample: /@seed: cannot read: it is an integer, a string was expected"
    )
  }

  @Test func childrenAreSortedByBytes() throws {
    let file = try HDF5File.createInMemory()
    for name in ["b", "ä", "a10", "a2", "Z"] { try file.root.createGroup(name) }
    #expect(try file.root.childNames() == ["Z", "a10", "a2", "b", "ä"])
    #expect(try file.root.exists("Z") && !file.root.exists("z") && !file.root.exists("z/y"))
  }

  @Test func rowsAreWrittenAndReadInBlocks() throws {
    let file = try HDF5File.createInMemory()
    let values = (0..<60).map { Float($0) }
    let fixed = try file.root.createRows("fixed", of: Float.self, rowShape: [2, 3], rows: 10)
    let growing = try file.root.createRows(
      "growing",
      of: Float.self,
      rowShape: [2, 3],
      rows: nil,
      layout: .chunked([4, 2, 3])
    )
    for start in [0, 6, 30] {
      let end = start == 0 ? 6 : start == 6 ? 30 : 60
      try fixed.append(Array(values[start..<end]))
      try growing.append(Array(values[start..<end]))
    }
    try fixed.finish()
    try growing.finish()
    for name in ["fixed", "growing"] {
      #expect(try file.root.read(name) == HDF5Array(values: values, shape: [10, 2, 3]))
      var rows = [Float](repeating: 0, count: 18)
      try rows.withUnsafeMutableBufferPointer {
        try file.root.dataset(name).readRows(4..<7, into: $0)
      }
      #expect(rows == Array(values[24..<42]))
    }
    #expect(throws: HDF5Error.self) { try fixed.append(Array(values[0..<6])) }
  }

  @Test func missingRowsAreNoticed() throws {
    let file = try HDF5File.createInMemory()
    let writer = try file.root.createRows("short", of: UInt8.self, rowShape: [4], rows: 2)
    try writer.append([1, 2, 3, 4])
    let error = #expect(throws: HDF5Error.self) { try writer.finish() }
    #expect(error?.cause == "1 rows were written, 2 were promised")
  }

  @Test func contiguousDataCanBeMapped() throws {
    let folder = try TemporaryFolder()
    let values = (0..<1000).map { UInt8($0 % 251) }
    let file = try HDF5File.create(folder.file("images.h5"))
    try file.root.write("images", values, shape: [10, 100])
    try file.root.write("packed", values, layout: .chunked([100], deflate: 1))
    try file.close()
    let read = try HDF5File.open(folder.file("images.h5"))
    let offset = try #require(try read.root.dataset("images").fileOffset())
    #expect(Array(try bytes(of: folder.file("images.h5"))[offset..<(offset + 1000)]) == values)
    #expect(try read.root.dataset("packed").fileOffset() == nil)
    #expect(try read.root.read("packed").values == values)
  }

  @Test func wrongRequestsAreRefused() throws {
    let file = try HDF5File.createInMemory()
    try file.root.write("numbers", [1, 2, 3] as [Int32])
    func refused(_ kind: HDF5Error.Kind, _ body: () throws -> Void) {
      #expect(#expect(throws: HDF5Error.self) { try body() }?.kind == kind)
    }
    refused(.mismatch) { _ = try file.root.read("numbers", as: Int64.self) }
    refused(.mismatch) { _ = try file.root.group("numbers") }
    refused(.missingObject) { _ = try file.root.read("letters", as: Int64.self) }
    refused(.misuse) { try file.root.write("numbers", [1] as [Int32]) }
    refused(.misuse) { try file.root.write("more", [1] as [Int32], shape: [2]) }
    refused(.misuse) { try file.root.write("a/b", [1] as [Int32]) }
    refused(.misuse) { try file.root.write("text", strings: ["a\0b"]) }
    refused(.misuse) { try file.root.setAttribute("", "x") }
    refused(.misuse) { try file.root.write("c", [1] as [Int32], layout: .chunked([2, 2])) }
    try file.close()
    refused(.misuse) { _ = try file.root.read("numbers", as: Int32.self) }
  }

  @Test func artefactsComeBackVerified() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("family.h5")
    let header = FileHeader(
      format: "regnas.family",
      version: 2,
      minimumReaderVersion: 1,
      createdBy: "regnas tests",
      configurationDigest: ""
    )
    func build(_ root: HDF5Group) throws { try root.write("a", [1, 2] as [Double]) }
    let digest = try Artefact.write(header, to: path, build: build)
    let read = try Artefact.open(path, expecting: "regnas.family", readerVersion: 1)
    #expect(read.header == header && read.digest == digest)
    #expect(try read.file.root.read("a", as: Double.self).values == [1, 2])
    #expect(try Artefact.image(header, build: build).bytes == bytes(of: path))
    // A failure while building leaves the published file.
    #expect(throws: HDF5Error.self) {
      try Artefact.write(header, to: path) { try $0.write("a/b", [1] as [Double]) }
    }
    #expect(try Artefact.open(path, expecting: "regnas.family", readerVersion: 2).digest == digest)
    #expect(folder.names() == ["family.h5"])
  }

  @Test func nothingStaysOpen() throws {
    let file = try sampleFile()
    _ = try dump(file)
    _ = try? file.root.read("weights", as: Float.self)
    _ = try? file.root.write("names", [1] as [Float])
    _ = try? file.root.attribute("seed", as: String.self)
    let writer = try file.root.createRows("rows", of: UInt8.self, rowShape: [4], rows: 2)
    try writer.append([1, 2, 3, 4])
    _ = try? writer.append([1])
    #expect(try file.openObjectCount() == 0)
  }

  @Test func manyThreadsTakeTurns() async throws {
    let image = try sampleFile().image()
    let expected = try dump(HDF5File.open(image: image, name: "one"))
    try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<16 {
        group.addTask { try dump(HDF5File.open(image: image, name: "one")) }
      }
      for try await text in group { #expect(text == expected) }
    }
  }
}
