import RunFixtures
import TestSupport
import Testing

@testable import Search

/// Every file we write, read by a program that is not ours: each object and attribute, and each data
/// set against the checksum that is stored with it.
@Suite struct H5pyTests {
  @Test(.enabled(if: H5py.isInstalled, H5py.note))
  func h5pyReadsEveryObjectOfEveryKind() throws {
    let folder = try TemporaryFolder()
    var paths: [String] = []
    for reader in Reader.ownFiles {
      let path = folder.file(reader.fileName)
      try folder.put(try #require(reader.seeds.first), reader.fileName)
      paths.append(path)
    }
    try smallCheckpoint(1).snapshot().write(to: folder.file("new-search.h5"))
    try smallFamily(to: folder.file("new-family.h5"))
    try smallSupernet(to: folder.file("new-supernet.h5"))
    paths += ["search", "family", "supernet"].map { folder.file("new-\($0).h5") }
    #expect(Set(Reader.ownFiles.map(\.name)).count == 8)
    try H5py.run(
      """
      import h5py, sys, zlib
      for path in sys.argv[1:]:
        with h5py.File(path) as f:
          assert f.attrs['format'].startswith('regnas.'), path
          objects = checked = 0
          def visit(name, item):
            global objects, checked
            objects += 1
            for key in item.attrs: assert item.attrs[key] is not None
            if isinstance(item, h5py.Dataset):
              if item.dtype.kind == 'O':
                texts = item.asstr()[()]
                texts = [texts] if item.shape == () else list(texts.ravel())
                data = b''.join(text.encode() + bytes(1) for text in texts)
              else:
                data = item[()].tobytes()
              assert zlib.crc32(data) == item.attrs['crc32'], (path, name)
              checked += 1
          f.visititems(visit)
          for key in f.attrs: assert f.attrs[key] is not None
          assert objects >= 3 and checked >= 3, (path, objects, checked)
      """,
      paths
    )
  }
}
