import Foundation
import TestSupport
import Testing

@testable import Search

/// Every file we write, read by a program that is not ours: each object and attribute, and each data
/// set against the checksum that is stored with it.
@Suite struct H5pyTests {
  private static let python = "/usr/bin/python3"
  private static let hasH5py: Bool = run("import h5py") == 0

  private static func run(_ program: String, _ arguments: [String] = []) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = ["-c", program] + arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test(.enabled(if: hasH5py, "needs h5py: apt install python3-h5py"))
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
    #expect(Set(Reader.ownFiles.map(\.name)).count == 5)
    let status = Self.run(
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
          assert objects >= 5 and checked >= 3, (path, objects, checked)
      """,
      paths
    )
    #expect(status == 0)
  }
}
