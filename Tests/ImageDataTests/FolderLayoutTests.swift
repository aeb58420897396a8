import TestSupport
import Testing

@testable import ImageData
@testable import PictureFolders

/// A folder of pictures, one for each path; those that end with "/" are empty folders.
private func makeFolder(_ paths: [String]) throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  for path in paths {
    if path.hasSuffix("/") {
      try folder.makeFolder(String(path.dropLast()))
    } else {
      try folder.put(Fixture.png, path)
    }
  }
  return folder
}

private func open(
  _ folder: TemporaryFolder,
  layout: FolderLayout = .automatic,
  classes: [String]? = nil
) throws -> FolderSource {
  try FolderSource(
    folder: folder.path,
    options: .init(size: 4, layout: layout, classes: classes)
  )
}

private func refusal(_ paths: [String], layout: FolderLayout = .automatic) throws -> String {
  let folder = try makeFolder(paths)
  let error = #expect(throws: ImageDataError.self) { _ = try open(folder, layout: layout) }
  #expect(error?.kind == .badData)
  return error?.description ?? ""
}

@Suite struct FolderLayoutTests {
  @Test(arguments: [
    ("train", "val", "test"), ("Train", "Valid", "Testing"),
    ("training_set", "VALIDATION", "test_set"),
    ("train", "dev", "eval"), ("train", "eval", "test"),
  ])
  func threeSplits(train: String, search: String, test: String) throws {
    let folder = try makeFolder([
      "\(train)/a/1.png", "\(train)/a/2.png", "\(train)/b/1.png", "\(search)/a/1.png",
      "\(test)/a/1.png", "\(test)/b/1.png",
    ])
    let source = try open(folder)
    #expect((source.count, source.searchCount, source.testCount) == (6, 1, 2))
    #expect(source.imageNames?[3] == "\(search)/a/1.png")
    #expect(source.notes.contains { $0.line == "1 image of '\(search)' taken as the search split" })
    let path = folder.file("a.h5")
    try DatasetWriter(seed: 1).write(source, to: path)
    let dataset = try ImageDataset.open(path)
    #expect(dataset.indices(of: .train) == [0, 1, 2])
    #expect(dataset.indices(of: .search) == [3])
    #expect(dataset.indices(of: .test) == [4, 5])
    #expect(dataset.imageNames == source.imageNames)
  }

  /// The only held-out folder is what final figures come from.
  @Test(arguments: ["val", "valid", "Validation"]) func theOnlyHeldOutFolderIsTest(name: String)
    throws
  {
    let folder = try makeFolder(["train/a/1.png", "train/b/1.png", "\(name)/a/1.png", "test/1.png"])
    let source = try open(folder)
    #expect((source.count, source.searchCount, source.testCount) == (3, 0, 1))
    #expect(source.notes.contains { $0.text.contains("'\(name)' taken as the test split") })
    #expect(source.notes.contains { $0.text.contains("beside the class folders") && $0.count == 1 })
  }

  /// As Tiny ImageNet is packed: the held-out pictures lie in one folder, without labels.
  @Test func heldOutFoldersWithoutClasses() throws {
    let folder = try makeFolder([
      "train/a/images/1.png", "train/b/images/1.png", "val/images/1.png", "test/images/1.png",
    ])
    let source = try open(folder)
    #expect(source.classNames == ["a", "b"])
    #expect((source.count, source.searchCount, source.testCount) == (2, 0, 0))
    #expect(
      source.notes.map(\.line) == [
        "2 pictures left out for lying beside the class folders, in none of them: "
          + "test/images/1.png, val/images/1.png"
      ]
    )
  }

  @Test func aClassMayBeCalledTrain() throws {
    let flat = try open(makeFolder(["bus/1.png", "car/1.png", "train/1.png"]))
    #expect(flat.classNames == ["bus", "car", "train"])
    let mixed = try open(
      makeFolder(["bus/1.png", "test/1.png", "train/1.png", "train/front/1.png"])
    )
    #expect(mixed.classNames == ["bus", "test", "train"])
    #expect(mixed.count == 4)
    let alike = try open(makeFolder(["bus/images/1.png", "train/images/1.png"]))
    #expect(alike.classNames == ["bus", "train"])
  }

  /// As Kaggle packs dogs and cats, and folds of a cross-validation.
  @Test(arguments: [
    ["train/cat.1.png", "test1/1.png"], ["train1/a/1.png", "test1/a/1.png"],
    ["fold0/a/1.png", "fold1/a/1.png"],
  ]) func numberedSplitsAreNoClasses(_ paths: [String]) throws {
    #expect(try refusal(paths).contains("look like splits, not like classes"))
    #expect(try open(makeFolder(paths), layout: .classes).classNames?.count == 2)
  }

  @Test func numbersInNamesOfClassesAreFine() throws {
    for paths in [
      ["class0/1.png", "class1/1.png"], ["1/1.png", "2/1.png"], ["a/1.png", "b2/1.png"],
    ] {
      #expect(try open(makeFolder(paths)).classNames?.count == 2)
    }
  }

  @Test func whatCanBeReadInTwoWaysIsRefused() throws {
    let paths = ["bus/1.png", "train/front/1.png", "train/side/1.png"]
    #expect(
      try refusal(paths).hasSuffix(
        "'train' may be splits or classes: beside them are 'bus'. Give --layout classes if every "
          + "folder here is a class, --layout splits if the classes are one level below."
      )
    )
    #expect(try open(makeFolder(paths), layout: .classes).classNames == ["bus", "train"])
    let splits = try open(makeFolder(paths), layout: .splits)
    #expect(splits.classNames == ["front", "side"])
    #expect(splits.notes.map(\.line).contains("1 picture of 'bus' left out: it is no split"))
    #expect(
      try refusal(["train/a/1.png", "val/a/1.png", "valid/a/1.png", "test/a/1.png"])
        .contains("several folders of validation images: 'val', 'valid'")
    )
  }

  /// What is advised is not refused in turn.
  @Test func splitsWithoutClassesOrTrainingImages() throws {
    for paths in [["train/1.png", "test/1.png"], ["train/1.png", "test/a/1.png"]] {
      #expect(
        try refusal(paths).contains(
          "the pictures of 'train' lie in no class folders. Make a folder for each class"
        )
      )
      #expect(try refusal(paths, layout: .splits).contains("Make a folder for each class"))
      #expect(try open(makeFolder(paths), layout: .classes).classNames == ["test", "train"])
    }
    #expect(try refusal(["1.png", "2.png"]).contains("its 2 pictures lie in none. Make a folder"))
    for layout in [FolderLayout.automatic, .splits] {
      let folder = try makeFolder(["test/a/1.png", "test/b/1.png"])
      let error = #expect(throws: ImageDataError.self) { _ = try open(folder, layout: layout) }
      let advised = "\(folder.path)/test"
      #expect(
        error?.description.contains(
          "there is no folder 'train' beside 'test'. To divide its images into all splits, import "
            + "\(advised) itself; else"
        ) == true
      )
      #expect(try FolderSource(folder: advised, size: 4).classNames == ["a", "b"])
      #expect(
        try refusal(["val/a/1.png", "test/a/1.png"], layout: layout).contains(
          "no folder 'train' beside 'test', 'val'. Put the training images into a folder 'train'"
        )
      )
    }
  }

  @Test func splitsBelowAreNotMixedUp() throws {
    #expect(
      try refusal(["data/train/a/1.png", "data/test/a/1.png"]).contains(
        "Import this folder instead"
      )
    )
    #expect(
      try refusal(["a/train/1.png", "a/test/1.png", "b/train/1.png", "b/test/1.png"])
        .contains("Put the splits on top")
    )
  }

  /// However far above the splits the folder is that was given.
  @Test(arguments: ["data/images/", "data/images/all/"])
  func splitsFurtherBelowAreNotMixedUp(_ place: String) throws {
    let text = try refusal(["train/a/1.png", "test/a/1.png"].map { place + $0 })
    #expect(text.contains("\(place.dropLast()): it holds"))
    #expect(text.contains("Import this folder instead"))
    // Parts of one data set under the names of classes, or classes that are divided.
    for inner in [place, ""] {
      let parts = ["a/train/cat/1.png", "b/train/ant/1.png"].map { inner + $0 }
      #expect(try refusal(parts).contains("Put the splits on top"))
    }
    #expect(
      try refusal(["a/x/train/1.png", "a/x/test/1.png", "b/x/train/1.png", "b/x/test/1.png"])
        .contains("Put the splits on top")
    )
  }

  @Test func foldersWithSplitsInTheirNames() throws {
    let folder = try makeFolder([
      "seg_train/seg_train/a/1.png", "seg_train/seg_train/b/1.png", "seg_test/seg_test/a/1.png",
      "seg_pred/1.png",
    ])
    let source = try open(folder)
    #expect(source.classNames == ["a", "b"])
    #expect(source.testCount == 1)
    #expect(source.notes.map(\.line).contains("1 picture of 'seg_pred' left out: it is no split"))
  }

  @Test func imagesAtAnyDepthBelongToTheirClass() throws {
    let folder = try makeFolder([
      "a/10.png", "a/2/1.png", "a/2/x/y/z.png", "b/images/1.png", "loose.png", "c/", "b/empty/",
    ])
    let source = try open(folder)
    #expect(
      source.imageNames == ["a/10.png", "a/2/1.png", "a/2/x/y/z.png", "b/images/1.png"]
    )
    #expect(
      source.notes.map(\.line) == [
        "1 picture left out for lying beside the class folders, in none of them: loose.png",
        "2 folders without a picture that can be read left out: b/empty, c",
      ]
    )
  }

  @Test func numbersAreSortedAsNumbers() throws {
    let numbers = try makeFolder((0..<12).map { "\($0)/1.png" })
    #expect(try open(numbers).classNames == (0..<12).map(String.init))
    let words = try makeFolder(["10/1.png", "9/1.png", "x/1.png"])
    #expect(try open(words).classNames == ["10", "9", "x"])
  }

  @Test func chosenClasses() throws {
    let folder = try makeFolder(["cat/1.png", "dog/1.png", "a, b/1.png"])
    let all = try open(folder, classes: ["dog", "a, b", "cat"])
    #expect(all.classNames == ["dog", "a, b", "cat"])
    #expect(all.imageNames == ["dog/1.png", "a, b/1.png", "cat/1.png"])
    let some = try open(folder, classes: ["dog", "cat"])
    #expect(some.count == 2)
    #expect(some.notes.map(\.line) == ["1 class left out, not being named by --classes: a, b"])
    for wrong in [["dog", "cow"], ["dog", "dog"], []] {
      let error = #expect(throws: ImageDataError.self) { _ = try open(folder, classes: wrong) }
      #expect(error?.kind == .misuse)
    }
  }

  @Test func chosenClassesNeedNotBeAll() throws {
    let folder = try makeFolder([
      "train/a/1.png", "train/b/1.png", "test/a/1.png", "test/unknown/1.png",
    ])
    let source = try open(folder, classes: ["b", "a"])
    #expect((source.count, source.testCount) == (3, 1))
    #expect(
      source.notes.map(\.line) == [
        "1 class left out, not being named by --classes: unknown",
        "1 class without images in 'test': b",
      ]
    )
  }

  @Test func twoSpellingsAreOneClass() throws {
    let (composed, decomposed) = ("\u{e9}", "e\u{301}")
    let folder = try makeFolder([
      "train/\(composed)/1.png", "train/b/1.png", "test/\(decomposed)/1.png",
    ])
    let source = try open(folder, classes: [decomposed, "b"])
    #expect(source.classNames?.map { Array($0.utf8) } == [[0xc3, 0xa9], [0x62]])
    #expect(source.testCount == 1)
    // The name of the file is what the disk has.
    #expect(
      source.imageNames.map { Array(($0.last ?? "").utf8) }
        == Array("test/\(decomposed)/1.png".utf8)
    )
    let both = try open(makeFolder([composed, decomposed].map { "\($0)/1.png" }))
    #expect(both.classNames?.count == 1 && both.count == 2)
    #expect(both.notes.contains { $0.text.contains("two ways of Unicode") })
  }

  @Test func strangersAreNamed() throws {
    #expect(
      try refusal(["train/Cat/1.png", "train/dog/1.png", "test/cat/1.png", "test/dog/1.png"])
        .contains("where 'Cat' is written with other capitals. Rename one of the two folders.")
    )
    #expect(
      try refusal(["train/cat /1.png", "train/dog/1.png", "test/cat/1.png", "test/dog/1.png"])
        .contains("where 'cat ' is written with other blanks")
    )
  }
}
