import AtomicFiles
import Foundation
import TestSupport
import Testing

@Suite struct OutputFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func kind(_ body: () throws -> Void) -> OutputError.Kind? {
    do {
      try body()
      return nil
    } catch {
      return (error as? OutputError)?.kind
    }
  }

  @Test func onlyRegularFilesAreReplaced() throws {
    mkfifo(folder.file("pipe"), 0o600)
    try folder.makeFolder("folder")
    symlink(folder.file("pipe"), folder.file("to-pipe"))
    for name in ["pipe", "folder", "to-pipe"] {
      let path = folder.file(name)
      #expect(kind { try AtomicFile.write([1], to: path) } == .notAFile, "\(name)")
      #expect(kind { try AtomicFile.replace(path) { _ in } } == .notAFile, "\(name)")
      #expect(kind { try OutputFile.check(path, overwrite: true) } == .notAFile, "\(name)")
    }
    var status = stat()
    #expect(lstat(folder.file("pipe"), &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    #expect(folder.names().sorted() == ["folder", "pipe", "to-pipe"])
  }

  @Test func linksStayAndTheirTargetsAreReplaced() throws {
    try folder.put([1], "there/file")
    symlink("there/file", folder.file("link"))
    symlink("nowhere", folder.file("dangling"))
    try AtomicFile.write([2, 3], to: folder.file("link"))
    #expect(folder.bytes("there/file") == [2, 3])
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link")) == "there/file"
    )
    #expect(folder.names("there") == ["file"])
    #expect(kind { try AtomicFile.write([1], to: folder.file("dangling")) } == .danglingLink)
  }

  @Test func filesThatAreThereNeedLeave() throws {
    try folder.put([1], "file")
    #expect(kind { try OutputFile.check(folder.file("file"), overwrite: false) } == .exists)
    try OutputFile.check(folder.file("file"), overwrite: true)
    try OutputFile.check(folder.file("new"), overwrite: false)
    let error = #expect(throws: StorageError.self) {
      try OutputFile.check(folder.file("none/new"), overwrite: false)
    }
    #expect(error?.isMissingFile == true)
    #expect(throws: StorageError.self) {
      try OutputFile.check(folder.file("file/new"), overwrite: false)
    }
  }

  @Test func foldersOfPaths() {
    for (path, folder) in [
      ("D", "."), ("", "/"), ("data.h5", "."), ("a/D", "a"), ("a//b/D", "a//b"), ("a//D", "a"),
      ("/D", "/"), ("//D", "/"), ("/", "/"), ("a/D/", "a"), ("../D", ".."),
    ] {
      #expect(OutputFile.folder(of: path) == folder, "\(path)")
    }
  }

  @Test func partsOfProcessesThatAreGoneAreRemoved() throws {
    // No process has the largest number there can be.
    let gone = "data.h5.2147483646-1.partial"
    let kept = [
      "data.h5.\(getpid())-1.partial", "data.h5.x-1.partial", "other.h5.2147483646-1.partial",
      "data.h5.2147483646.partial", "data.h5",
    ]
    for name in kept + [gone] { try folder.put([1], name) }
    #expect(AtomicFile.removeAbandoned(beside: folder.file("data.h5")) == [gone])
    #expect(folder.names().sorted() == kept.sorted())
  }

  /// Two programs that make one file: the second to end replaces nothing.
  @Test func aFileThatWasMadeMeanwhileIsKept() throws {
    let error = kind {
      try AtomicFile.replace(folder.file("a"), overwrite: false) { temporary in
        try Data("late".utf8).write(to: URL(fileURLWithPath: temporary))
        try folder.put("early", "a")
      }
    }
    #expect(error == .exists)
    #expect(folder.text("a") == "early")
    #expect(folder.names() == ["a"])
    try AtomicFile.replace(folder.file("b"), overwrite: false) { temporary in
      try Data("new".utf8).write(to: URL(fileURLWithPath: temporary))
    }
    #expect(folder.text("b") == "new" && folder.names() == ["a", "b"])
  }
}
