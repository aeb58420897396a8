import Foundation
import TestSupport
import Testing

/// `regnas predict` and `regnas flips` as a user gives them.
@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct PredictCommandTests {
  private static let family = "checkpoints/whole/family.h5"
  private static let pictures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../Fixtures/Images").standardized.path

  private let regnas: Regnas
  private var folder: TemporaryFolder { regnas.folder }

  init() throws { regnas = try Regnas.afterQuickRun() }

  private func member(_ index: Int) throws -> [String: Any] {
    let report = try object(regnas.succeed("inspect \(Self.family) --json").output)
    return try #require((report["members"] as? [[String: Any]])?[index])
  }

  // MARK: Predict

  @Test func aDataSetIsPredictedAsTheFamilySays() throws {
    let predict: Command = "predict \(Self.family) --member 2 --data data.h5"
    let json = try object(regnas.succeed("\(predict) --top 3 --json").output)
    let images = try #require(json["images"] as? [[String: Any]])
    #expect(json["schema"] as? String == "regnas.predict/1" && images.count == 200)
    let accuracy = try member(1)["accuracy"] as? [String: Any]
    let right = images.count { image in
      let first = (image["classes"] as? [[String: Any]])?.first
      return first?["label"] as? Int == image["label"] as? Int
    }
    #expect(accuracy?["value"] as? Double == Double(right) / 200)
    let table = try regnas.succeed("\(predict)").output
    #expect(table.contains("right for \(right) of 200 images") && table.contains("true class"))
    let csv = try regnas.succeed("\(predict) --csv --quiet")
    let rows = csv.output.split(separator: "\n")
    #expect(rows.first == "image,rank,label,class,probability,true_label,true_class")
    #expect(rows.count == 201 && csv.errors.isEmpty)
  }

  @Test func picturesArePredicted() throws {
    let some = ["colour.jpg", "colour.png", "clear.png"].map { "\(Self.pictures)/\($0)" }
    let predict: Command = "predict \(Self.family) --member 1 \(some[0]) \(some[1]) \(some[2])"
    let result = try regnas.succeed("\(predict) --csv --top 10")
    #expect(result.output.split(separator: "\n").count == 31)
    #expect(result.output.hasPrefix("image,rank,label,class,probability\n\(some[0]),1,"))
    #expect(result.errors.contains("1 transparent picture composed on white"))
    let table = try regnas.succeed("\(predict) --top 2 --quiet").output
    #expect(table.hasPrefix("image") && !table.contains("true class"))
  }

  @Test func whatCannotBePredicted() throws {
    try folder.put("no picture", "a.jpg")
    try folder.put("no picture", "notes.txt")
    try folder.makeFolder("pictures")
    let predict: Command = "predict \(Self.family) --member 1"
    try regnas.refuse("\(predict) a.jpg", 65, "a.jpg: it begins like no picture")
    try regnas.refuse("\(predict) notes.txt", 65, "notes.txt: this is no picture")
    try regnas.refuse("\(predict) pictures", 65, "pictures: this is a folder", "pictures/*")
    try regnas.refuse("\(predict) none.png", 66, "none.png: there is no such file")
    try regnas.refuse("\(predict)", 64, "there is nothing to predict")
    try regnas.refuse("\(predict) --data data.h5 --top 11", 64, "11 classes", "there are 10")
    try regnas.refuse("predict \(Self.family) --data data.h5", 64, "2 members", "say which")
    try regnas.refuse("predict \(Self.family) --member 3 --data data.h5", 64, "no member 3")
    try regnas.refuse("predict data.h5 --member 1 --data data.h5", 65, "regnas.family")
    try regnas.refuse("predict none.h5 --member 1 --data data.h5", 66, "none.h5")
    let tiny = "\(Self.pictures)/../Formats/version-1/dataset.h5"
    try regnas.refuse("\(predict) --data \(tiny)", 65, "dataset.h5", "takes 28 x 28 pixels")
    let out: Command = "\(predict) --data data.h5 --out"
    try regnas.refuse("\(out) \(Self.family)", 64, "is there already")
    try regnas.refuse("\(out) \(Self.family) --overwrite", 64, "which is read")
    try regnas.refuse("\(out) notes.txt --overwrite", 64, "regnas.predictions")
    try regnas.refuse("\(out) nowhere/p.h5", 66, "nowhere")
    #expect(folder.text("notes.txt") == "no picture" && !folder.exists("nowhere"))
  }

  // MARK: Flips

  @Test func predictionsFilesFamiliesAndTextsAgree() throws {
    for number in [1, 2] {
      let predict: Command = "predict \(Self.family) --member \(number) --data data.h5"
      let written = try regnas.succeed("\(predict) --out p\(number).h5")
      #expect(written.output.contains("search: right for ") && written.output.contains("test: "))
      let csv = try regnas.succeed("\(predict) --csv").output
      let classes = csv.split(separator: "\n").dropFirst().map {
        $0.split(separator: ",", omittingEmptySubsequences: false)[3]
      }
      try folder.put(classes.map { $0 + "\n" }.joined(), "p\(number).txt")
    }
    #expect(try regnas.succeed("inspect p1.h5").output.contains("300 search and 200 test images"))
    let expected = try #require((try member(1)["flips"] as? [[String: Any]])?.first)
    let counts = expected["counts"] as? NSDictionary
    for pair in [
      "\(Self.family):1 \(Self.family):2", "p1.h5 p2.h5", "p1.h5 p2.txt",
      "p1.txt p2.txt --data data.h5", "\(Self.family)",
    ] as [Command] {
      let result = try regnas.succeed("flips \(pair) --json")
      let json = try object(result.output)
      #expect(json["schema"] as? String == "regnas.flips/1" && json["images"] as? Int == 200)
      let found = try #require((json["pairs"] as? [[String: Any]])?.first)
      let report = try #require(found["report"] as? [String: Any])
      #expect(report["counts"] as? NSDictionary == counts, "\(pair)")
      #expect((found["negativeFlips"] as? [Any])?.count == counts?["negativeFlips"] as? Int)
      // What nobody can check is said.
      let isText = pair.words.prefix(2).contains { $0.hasSuffix(".txt") }
      #expect(result.errors.contains("does not say which images it is for") == isText, "\(pair)")
    }
    // The same files are a reference.
    let plan = try regnas.succeed("train --config run.yaml --dry-run --set search.reference=p1.h5")
    #expect(plan.output.contains(" of 300 search images (") && plan.output.contains(" of 200 test"))
    try regnas.succeed(
      "predict \(Self.family) --member 1 --data data.h5 --split search --out s.h5 -q"
    )
    let search = try regnas.succeed("train --config run.yaml --dry-run --set search.reference=s.h5")
    #expect(search.output.contains("s.h5) holds no predictions for the test split"))
    try theFormsOfFlips(negative: counts?["negativeFlips"] as? Int ?? -1)
    try theRefusalsOfFlips()
  }

  private func theFormsOfFlips(negative: Int) throws {
    let table = try regnas.succeed("flips p1.h5 p2.h5 --data data.h5 --images 3").output
    for part in ["NFR ", "McNemar's p", "true class, as old says", "old sure %", "churn"] {
      #expect(table.contains(part), "\(part)")
    }
    #expect(table.contains("... and \(negative - 3) more images: all of them with --json"))
    let csv = try regnas.succeed("flips \(Self.family) --csv").output.split(separator: "\n")
    #expect(csv.count == 2 && csv[0].hasPrefix("old,new,split,images,old_accuracy"))
    #expect(csv[0].split(separator: ",").count == csv[1].split(separator: ",").count)
    let images = try regnas.succeed("flips p1.h5 p2.h5 --csv-images").output
    #expect(images.split(separator: "\n").count { $0.contains(",negative,") } == negative)
  }

  private func theRefusalsOfFlips() throws {
    try regnas.refuse("flips p1.txt p2.txt", 64, "what the images show", "--data FILE")
    try regnas.refuse("flips p1.h5", 64, "nothing to compare it with")
    try regnas.refuse("flips \(Self.family):1", 64, "nothing to compare it with")
    try regnas.refuse("flips \(Self.family):1 \(Self.family):3", 64, "no member 3")
    try regnas.refuse("flips \(Self.family) p1.h5", 64, "say which", "family.h5:1")
    try regnas.refuse("flips p1.h5:1 p2.h5", 64, "is no family")
    try regnas.refuse("flips none.h5 p2.h5", 66, "none.h5")
    try regnas.refuse("flips p1.h5 s.h5", 65, "no predictions for the split 'test'", "search")
    try regnas.refuse("flips p1.h5 p2.h5 --split train", 65, "no predictions for the split 'train'")
    try folder.put("0\n1\n", "short.txt")
    try regnas.refuse("flips p1.h5 short.txt", 65, "short.txt", "2 images, the split has 200")
    // Other images of the same classes; the same in another order of the classes.
    try regnas.succeed("\(SmallData.importing) --seed 5 --out other.h5")
    try regnas.refuse("flips p1.h5 p2.h5 --data other.h5", 65, "p1.h5", "other images", "sha256")
    try regnas.succeed(
      "predict \(Self.family) --member 1 --data other.h5 --out other-p.h5 --split test -q"
    )
    try regnas.refuse("flips p1.h5 other-p.h5", 65, "other-p.h5", "other images", "sha256")
  }
}
