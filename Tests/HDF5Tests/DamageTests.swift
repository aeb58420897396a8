import Foundation
import HDF5
import TestSupport
import Testing

@Suite struct DamageTests {
  /// Either a typed error or exactly what was written.
  private func survives(_ image: [UInt8], expected: String) -> Bool {
    do {
      let file = try HDF5File.open(image: image, name: "damaged")
      _ = try FileHeader.read(from: file, expecting: "regnas.supernet", readerVersion: 1)
      try ContentDigest.verify(file)
      return try dump(file) == expected
    } catch is HDF5Error {
      return true
    } catch {
      return false
    }
  }

  @Test func aFlipOfAnyByteIsNoticedOrHarmless() throws {
    let image = try sampleFile().image()
    let expected = try dump(HDF5File.open(image: image, name: "sound"))
    for index in image.indices {
      var damaged = image
      damaged[index] ^= 0x10
      if !survives(damaged, expected: expected) { Issue.record("byte \(index)") }
    }
  }

  /// The range that a seal leaves out has its own checksum.
  @Test func aFlipOfAnyByteOfASealedFileOnDiskIsNoticed() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("images.h5")
    let file = try HDF5File.create(path)
    try file.root.write("images", (0..<300).map { UInt8(truncatingIfNeeded: $0) })
    let dataset = try file.root.dataset("images")
    try file.root.setAttribute("format", "regnas.dataset")
    try file.flush()
    let offset = try #require(try dataset.fileOffset())
    let text = try dump(file)
    try file.close()
    try FileSeal.seal(path: path, except: offset..<(offset + 300))
    let sound = try bytes(of: path)
    #expect(try dump(HDF5File.open(path)) == text)
    for index in sound.indices {
      var damaged = sound
      damaged[index] ^= 0x04
      // The seal's own words and padding may change without changing what is read.
      let harmless = index < 512
      do {
        let read = try dump(HDF5File.open(image: damaged, name: "damaged"))
        if !harmless || read != text { Issue.record("byte \(index) was not noticed") }
      } catch let error as HDF5Error {
        if error.kind != .damagedFile && !harmless { Issue.record("byte \(index): \(error)") }
      }
    }
  }

  @Test func aCutAtAnyLengthIsNoticed() throws {
    let image = try sampleFile().image()
    for length in stride(from: 0, to: image.count, by: 7) {
      #expect(throws: HDF5Error.self) {
        _ = try HDF5File.open(image: Array(image.prefix(length)), name: "cut")
      }
    }
    // Without its seal, a cut file is refused by the library itself.
    let unsealed = Array(image.dropFirst(512))
    for length in stride(from: 0, to: unsealed.count, by: 7) {
      #expect(throws: HDF5Error.self) {
        _ = try HDF5File.open(image: Array(unsealed.prefix(length)), name: "cut")
      }
    }
  }

  @Test func filesThatCannotBeOpenedAreToldApart() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("supernet.h5")
    func kind() -> HDF5Error.Kind? {
      #expect(throws: HDF5Error.self) { _ = try HDF5File.open(path) }?.kind
    }
    #expect(kind() == .missingFile)
    try put([], at: path)
    #expect(kind() == .foreignFile)
    try put(Array("epochs: 3\n".utf8), at: path)
    #expect(kind() == .foreignFile)
    let image = try sampleFile().image()
    try put(Array(image.prefix(image.count / 2)), at: path)
    #expect(kind() == .damagedFile)
    let unsealed = Array(image.dropFirst(512))
    try put(Array(unsealed.prefix(unsealed.count / 2)), at: path)
    #expect(kind() == .damagedFile)
    try put(image, at: path)
    #expect(throws: Never.self) { _ = try HDF5File.open(path) }
    let error = #expect(throws: HDF5Error.self) { _ = try HDF5File.open(folder.path) }
    #expect(error?.kind == .foreignFile)
  }

  @Test(.enabled(if: H5py.isInstalled, H5py.note))
  func aFileBeingWrittenByAnotherProcessIsBusy() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("busy.h5")
    let writer = try H5py.start(
      """
      import h5py, sys, time
      with h5py.File(sys.argv[1], 'w') as file:
        file.flush()
        print('open', flush=True)
        time.sleep(600)
      """,
      path
    )
    try #require(writer.wait(toPrint: "open"))
    let error = #expect(throws: HDF5Error.self) { _ = try HDF5File.open(path) }
    #expect(error?.kind == .busy)
    writer.send(SIGKILL)
    writer.finish()
  }

  @Test func changedDataAreNamed() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("data.h5")
    let file = try HDF5File.create(path)
    try file.root.write("labels", (0..<100).map { Int32($0) })
    try file.close()
    let offset = try #require(try HDF5File.open(path).root.dataset("labels").fileOffset())
    var damaged = try bytes(of: path)
    damaged[offset + 41] ^= 1
    try put(damaged, at: path)
    let error = #expect(throws: HDF5Error.self) {
      _ = try HDF5File.open(path).root.read("labels", as: Int32.self)
    }
    #expect(
      error?.description == """
        \(path): /labels: cannot read: the data do not have the checksum they were written with. \
        Restore the file from a copy or write it again.
        """
    )
  }

  @Test func headersOfOtherFilesAreRefused() throws {
    let file = try HDF5File.open(image: sampleFile().image(), name: "net.h5")
    let other = #expect(throws: HDF5Error.self) {
      _ = try FileHeader.read(from: file, expecting: "regnas.dataset", readerVersion: 1)
    }
    #expect(
      other?.description == """
        net.h5: cannot open: this is a regnas.supernet file, a regnas.dataset file was expected. \
        Give a regnas.dataset file.
        """
    )
    let old = #expect(throws: HDF5Error.self) {
      _ = try FileHeader.read(from: file, expecting: "regnas.supernet", readerVersion: 0)
    }
    #expect(old?.kind == .foreignFile)
    let plain = try HDF5File.createInMemory()
    let foreign = #expect(throws: HDF5Error.self) {
      _ = try FileHeader.read(from: plain, expecting: "regnas.supernet", readerVersion: 1)
    }
    #expect(foreign?.kind == .foreignFile)
  }

  /// Only the writer of a sealed file is trusted; any other file is tried elsewhere first.
  @Test func unsealedFilesAreCheckedBeforeTheyAreOpened() throws {
    struct Refusal: Error {}
    let folder = try TemporaryFolder()
    let image = try sampleFile().image()
    try put(image, at: folder.file("sealed.h5"))
    try put(Array(image.dropFirst(512)), at: folder.file("unsealed.h5"))
    var broken = image
    broken[3] ^= 1  // The seal is not recognised as one any more.
    try put(broken, at: folder.file("broken.h5"))
    try put(Array("epochs: 3".utf8), at: folder.file("text.h5"))
    UnsealedFiles.$check.withValue(UnsealedFiles.Check { _ in throw Refusal() }) {
      #expect(throws: Never.self) { try HDF5File.open(folder.file("sealed.h5")).close() }
      #expect(throws: Refusal.self) { _ = try HDF5File.open(folder.file("unsealed.h5")) }
      #expect(throws: Refusal.self) { _ = try HDF5File.open(folder.file("broken.h5")) }
      #expect(throws: HDF5Error.self) { _ = try HDF5File.open(folder.file("text.h5")) }
    }
  }
}
