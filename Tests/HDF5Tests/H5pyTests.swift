import AtomicFiles
import Foundation
import HDF5
import TestSupport
import Testing

@Suite(.enabled(if: H5py.isInstalled, H5py.note)) struct H5pyTests {
  @Test func h5pyReadsEverything() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("sample.h5")
    try AtomicFile.write(sampleFile().image(), to: path)
    let text = try H5py.run(
      """
      import h5py, sys
      f = h5py.File(sys.argv[1], 'r')
      w = f['weights/stem.conv.weight']
      print(w.dtype, w.shape, w[()].tolist(), w.attrs['unit'])
      print(f['weights/epoch'][()], f['names'].asstr()[()].tolist())
      print(f['history'].compression, f['history'].fletcher32, float(f['history'][()].sum()))
      print(f.attrs['format'], f.attrs['seed'], f.attrs['rate'], f.attrs['format-version'])
      """,
      path
    )
    #expect(
      text == """
        float32 (2, 3) [[1.5, -2.0, inf], [0.25, 1.0000000031710769e-30, 7.0]] none – ohne
        -9 ['T-shirt', '', 'Größe', '靴']
        gzip True 4950.0
        regnas.supernet \(Int64.min) 0.1 1

        """
    )
  }

  /// Other layout, compression, string storage, order and byte order: the same content.
  @Test func aFileRewrittenByH5pyStillVerifies() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("sample.h5")
    let copy = folder.file("copy.h5")
    try AtomicFile.write(sampleFile().image(), to: path)
    try H5py.run(
      """
      import h5py, sys
      f = h5py.File(sys.argv[1], 'r'); g = h5py.File(sys.argv[2], 'w', libver='latest')
      def visit(name, item):
          if isinstance(item, h5py.Group):
              new = g.require_group(name)
          elif item.dtype.kind == 'O':
              new = g.create_dataset(name, data=[s.encode() for s in item.asstr()[()]])
          elif item.shape:
              new = g.create_dataset(
                  name, data=item[()].astype(item.dtype.newbyteorder('>')), compression='gzip')
          else:
              new = g.create_dataset(name, data=item[()])
          for key in reversed(list(item.attrs)): new.attrs[key] = item.attrs[key]
      f.visititems(visit)
      for key in reversed(list(f.attrs)): g.attrs[key] = f.attrs[key]
      g.close()
      """,
      path,
      copy
    )
    let original = try HDF5File.open(path)
    let rewritten = try HDF5File.open(copy)
    #expect(try ContentDigest.verify(rewritten) == ContentDigest.verify(original))
    #expect(try dump(rewritten) == dump(original))
  }

  @Test(arguments: [
    "f.attrs['seed'] = 1", "f['weights/stem.conv.weight'][0, 0] = 2", "del f['names']",
    "f['more'] = 1", "f.move('history', 'past')", "f['names'].attrs['unit'] = 'none'",
    "f['history'].attrs['crc32'] = 1",
  ])
  func anyChangeOfContentIsNoticed(change: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("sample.h5")
    try put(Array(sampleFile().image().dropFirst(512)), at: path)
    try ContentDigest.verify(HDF5File.open(path))
    try H5py.run("import h5py, sys\nwith h5py.File(sys.argv[1], 'r+') as f: \(change)", path)
    let error = #expect(throws: HDF5Error.self) { try ContentDigest.verify(HDF5File.open(path)) }
    #expect(error?.kind == .damagedFile)
  }

  @Test func filesOfH5pyAreRead() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("made.h5")
    try H5py.run(
      """
      import h5py, numpy, sys
      f = h5py.File(sys.argv[1], 'w')
      f['big'] = numpy.array([[1, 2], [3, 4]], dtype='>i4')
      f['fixed'] = numpy.array([b'ab', b'cde'])
      f['flags'] = numpy.array([True, False])
      f['small'] = numpy.array([-3, 4], dtype='i2')
      f.attrs['fixed'] = numpy.bytes_(b'text')
      f.attrs['unsigned'] = numpy.uint64(2**64 - 1)
      f.attrs['list'] = [1, 2]
      f.attrs['byte'] = numpy.uint8(200)
      f['null'] = h5py.Empty('f')
      """,
      path
    )
    let root = try HDF5File.open(path).root
    #expect(try root.read("big") == HDF5Array(values: [1, 2, 3, 4] as [Int32], shape: [2, 2]))
    #expect(try root.dataset("big").fileOffset() == nil)
    #expect(try root.readStrings("fixed").values == ["ab", "cde"])
    #expect(try root.read("small", as: Int16.self).values == [-3, 4])
    let flags = try root.dataset("flags")
    #expect(flags.isBoolean && flags.elementType == .int8)
    #expect(try flags.readSlab(0..<2, axis: 0) == [1, 0] as [UInt8])
    #expect(try root.attribute("fixed") == "text")
    #expect(try root.attribute("byte") == 200)
    #expect(throws: HDF5Error.self) { _ = try root.attribute("unsigned", as: Int64.self) }
    #expect(throws: HDF5Error.self) { _ = try root.attribute("list", as: Int64.self) }
    #expect(throws: HDF5Error.self) { _ = try root.dataset("null") }
  }

  /// A header that claims far more than the file holds must not lead to an allocation.
  @Test func vastShapesAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("vast.h5")
    try H5py.run(
      """
      import h5py, sys
      f = h5py.File(sys.argv[1], 'w')
      f.create_dataset('chunked', (2**40,), 'f4', chunks=(1024,))
      f.create_dataset('deflated', (2**40,), 'f4', chunks=(1024,), compression='gzip')
      f.create_dataset('impossible', (0, 2**40, 2**40), 'f4', maxshape=(None, None, None),
                       chunks=(1, 1, 1))
      """,
      path
    )
    let root = try HDF5File.open(path).root
    for (name, kind) in [
      ("chunked", HDF5Error.Kind.mismatch), ("deflated", .mismatch), ("impossible", .damagedFile),
    ] {
      let error = #expect(throws: HDF5Error.self) { _ = try root.read(name, as: Float.self) }
      #expect(error?.kind == kind)
      #expect(kind == .damagedFile || error?.cause == "it was never written")
    }
  }

  /// The length of a string stands in front of where its characters are: a damaged one must not be
  /// given the memory it asks for.
  @Test func vastStringsAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("strings.h5")
    try H5py.run(
      """
      import h5py, struct, sys
      with h5py.File(sys.argv[1], 'w') as f:
        f['texts'] = ['first text', 'second text']
        place = f['texts'].id.get_offset()
      with open(sys.argv[1], 'r+b') as f:
        f.seek(place)
        assert struct.unpack('<I', f.read(4)) == (10,)
        f.seek(place)
        f.write(struct.pack('<I', 0x30000000))
      """,
      path
    )
    let error = #expect(throws: HDF5Error.self) {
      _ = try HDF5File.open(path).root.readStrings("texts")
    }
    #expect(error?.kind == .damagedFile)
    #expect(error?.cause.contains("alloc") == true)
    #expect(!UnsealedFiles.readEverything(in: path))
  }

  @Test func everythingOfAStrangeFileIsRead() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("strange.h5")
    try H5py.run(
      """
      import h5py, sys
      with h5py.File(sys.argv[1], 'w') as f:
        a = f.create_group('a')
        for name in 'xyz': a[name] = f['/']
        a['soft'] = h5py.SoftLink('/nowhere')
        a['loop'] = h5py.SoftLink('/a/loop')
        a['out'] = h5py.ExternalLink('none.h5', '/')
        f['kind'] = h5py.Empty('f')
        f['pairs'] = __import__('numpy').zeros(3, dtype='i4,f8')
      """,
      path
    )
    #expect(UnsealedFiles.readEverything(in: path))
  }
}
