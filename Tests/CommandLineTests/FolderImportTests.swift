import Foundation
import TestSupport
import Testing

/// Folders of pictures, as a user imports them.
@Suite struct FolderImportTests {
  /// Six pictures in each of two classes of each part, no two alike but those that are copied.
  private func makeSplits(_ regnas: Regnas) throws {
    let picture = try bytes(of: fixture("Images/colour.bmp"))
    for (part, number) in [("train", 1), ("Val", 2), ("test", 3)] {
      for name in ["cat", "dog"] {
        for index in 0..<6 {
          var file = picture
          // A pixel in the middle of the first row that is stored.
          file.replaceSubrange(
            78..<81,
            with: [UInt8(index), UInt8(number), name == "cat" ? 0 : 255]
          )
          try regnas.folder.put(file, "pets/\(part)/\(name)/\(index).bmp")
        }
      }
    }
  }

  @Test func namesDuplicatesAndNotesAreKept() throws {
    let regnas = try Regnas()
    try makeSplits(regnas)
    try regnas.folder.copy(regnas.folder.file("pets/train/cat/1.bmp"), to: "pets/test/dog/9.bmp")
    try regnas.folder.put("x", "pets/train/notes.txt")
    let made = try regnas.succeed("data import folder pets --size 12 --out pets.h5 -q")
    let note = "12 images of 'Val' taken as the search split"
    #expect(made.output.contains("splits     12 train, 12 search, 13 test"))
    #expect(made.output.contains("note       \(note)"))
    let info = try regnas.succeed("data info pets.h5")
    #expect(info.output.contains(note))
    #expect(info.output.contains("left out (1 .txt): train/notes.txt"))
    #expect(
      info.output.contains("1 image of test with the pixels of an image of train: test/dog/9.bmp")
    )
    let json = try regnas.succeed("data info pets.h5 --json")
    #expect(json.output.contains("\"text\" : \"images of 'Val' taken as the search split\""))
    let names = try regnas.succeed("data info pets.h5 --split search --names")
    #expect(names.output.hasPrefix("Val/cat/0.bmp\nVal/cat/1.bmp\n"))
    let found = try regnas.succeed("data verify pets.h5 --duplicates")
    #expect(
      found.output == """
        pets.h5: whole
        duplicates  2 images in 1 group of equal pixels
          in train and test  1 group
          under different classes  1 group
        train cat: train/cat/1.bmp = test dog: test/dog/9.bmp

        """
    )
    let all = try regnas.succeed("data verify pets.h5 --duplicates --json")
    #expect(all.output.contains("\"groupsAcrossSplits\" : 1"))
    try regnas.refuse("data verify pets.h5 --json", 64, "--json goes with --duplicates")
  }

  @Test func optionsShapeTheClasses() throws {
    let regnas = try Regnas()
    try makeSplits(regnas)
    let base: Command = "data import folder pets/train --size 4 --overwrite --out a.h5 -q"
    let chosen = try regnas.succeed(base + "--classes dog,cat")
    #expect(chosen.output.contains("classes    2: dog, cat"))
    try regnas.refuse(base + "--classes dog,cow", 64, "'cow'", "The class folders are: cat, dog.")
    try regnas.refuse(base + "--background purple", 64, "purple")
    try regnas.refuse(base + "--layout splits", 65, "there is no folder 'train'")
    let flat = try regnas.succeed(
      "data import folder pets --size 4 --layout classes --overwrite --out a.h5 -q"
    )
    #expect(flat.output.contains("classes    3: Val, test, train"))
  }

  @Test func imagesWithoutNamesSaySo() throws {
    let regnas = try Regnas()
    try regnas.folder.copy(fixture("Formats/version-1/dataset.h5"), to: "old.h5")
    try regnas.refuse("data info old.h5 --names", 65, "its images have no names")
    #expect(
      try regnas.succeed("data verify old.h5 --duplicates").output.hasPrefix("old.h5: whole\n")
    )
  }

  /// What root may read, others may not: told apart from what does not exist.
  @Test(.enabled(if: getuid() == 0 && FileManager.default.fileExists(atPath: "/usr/bin/setpriv")))
  func foldersWithoutPermission() throws {
    let regnas = try Regnas()
    try makeSplits(regnas)
    try regnas.folder.makeFolder("public")
    for (path, mode) in [(".", 0o755), ("pets/test", 0), ("public", 0o777)] {
      try FileManager.default.setAttributes(
        [.posixPermissions: mode],
        ofItemAtPath: regnas.folder.file(path)
      )
    }
    let result = try regnas(
      "data import folder pets --size 4 --out public/a.h5",
      shell:
        "umask 0; set -- /usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups \"$0\" \"$@\"; "
        + "exec \"$@\""
    )
    #expect(result.status == 74)
    #expect(result.errors.contains("pets/test: permission denied"))
  }
}
