import Foundation
import TestSupport
import Testing

/// HDF5 files that another program wrote, damaged: HDF5 1.10 crashes on some, and never ends with
/// others. The program says that the file is damaged, whatever HDF5 does.
@Suite(.serialized, .enabled(if: H5py.isInstalled, H5py.note)) struct UnsealedFileTests {
  /// `Scripts/torture` tries more places.
  private static let places = ProcessInfo.processInfo.environment["TORTURE"] == nil ? 4 : 200

  /// Bytes here and there, changed in some way; the same in every run.
  private func damaged(_ sound: [UInt8], _ number: Int) -> [UInt8] {
    var bytes = sound
    let place = Int((UInt64(number) &+ 1) &* 0x9e37_79b9_7f4a_7c15 >> 20) % bytes.count
    bytes[place] ^= [0x01, 0x80, 0xff, 0x10][number % 4]
    return bytes
  }

  /// No descendant of this process may have taken more than so many KiB. Linux counts what this process,
  /// with all its tests, takes at the moment it starts them.
  private func expectModestMemory() {
    var (own, others) = (rusage(), rusage())
    getrusage(RUSAGE_SELF.rawValue, &own)
    getrusage(RUSAGE_CHILDREN.rawValue, &others)
    #expect(others.ru_maxrss < max(2_000_000, own.ru_maxrss + 500_000))
  }

  @Test(arguments: ["family", "search"])
  func ourOwnRewrittenAndDamagedAreRefusedOrRead(_ kind: String) throws {
    let regnas = try Regnas()
    let path = regnas.folder.file("file.h5")
    try H5py.rewrite(fixture("Formats/version-1/\(kind).h5"), as: path)
    let sound = regnas.folder.bytes("file.h5")
    let whole = try regnas.succeed("inspect \(path) --json")
    for number in 0..<Self.places {
      try regnas.folder.put(damaged(sound, number), "file.h5")
      let result = try regnas("inspect \(path) --json")
      if result.status == 0 {
        #expect(result.output == whole.output, "\(number)")
      } else {
        #expect(result.status == 65 && result.errors.contains(path), "\(number): \(result.errors)")
      }
    }
    expectModestMemory()
  }

  @Test func damagedForeignArraysAreRefusedOrImported() throws {
    let regnas = try Regnas()
    try H5py.run(
      """
      import h5py, numpy, sys
      with h5py.File(sys.argv[1], 'w') as f:
        images = numpy.arange(60 * 36, dtype='u1').reshape(60, 6, 6) % 251
        f.create_dataset('x', data=images, compression='gzip', chunks=(20, 6, 6))
        f['y'] = numpy.arange(60) % 3
        f.attrs['source'] = 'tests'
        f['names'] = ['a', 'b', 'c']
      """,
      regnas.folder.file("sound.h5")
    )
    let sound = regnas.folder.bytes("sound.h5")
    func imported(_ file: String) throws -> Regnas.Result {
      try regnas("data import hdf5 \(file) --images x --labels y --out out.h5 --overwrite --quiet")
    }
    try #require(try imported("sound.h5").status == 0)
    for number in 0..<Self.places {
      try regnas.folder.put(damaged(sound, number), "damaged.h5")
      let result = try imported("damaged.h5")
      // Too few images or classes for the splits (64) is what a changed label can lead to.
      #expect([0, 64, 65].contains(result.status), "\(number): \(result.errors)")
      if result.status != 0 { #expect(result.errors.contains("error: "), "\(number)") }
    }
    expectModestMemory()
  }

  /// Each was found by changing one byte of a file of h5py.
  @Test(arguments: ["crashes-hdf5-1.10.h5", "never-ends-in-hdf5-1.10.h5"])
  func filesThatEndHDF5AreRefused(_ name: String) throws {
    let regnas = try Regnas()
    let path = fixture("Unsealed/\(name)")
    let result = try regnas.refuse("inspect \(path)", 65, path)
    // Another version of HDF5 may survive them; their content is refused all the same.
    if result.errors.contains("signal") {
      #expect(result.errors.contains("It is damaged: restore it from a copy, or rewrite it"))
    }
  }
}
