import ArgumentParser
import Configuration
import Foundation
import ImageData
import Predicting

struct FlipsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flips",
    abstract:
      "Compare two sets of predictions: what the new model gets wrong that the old got right.",
    discussion: """
      OLD and NEW are members of families (family.h5:2), predictions files ('regnas predict \
      --out'), TorchScript models, which are run on the images of --data, or the predictions of \
      any model: text with the class of one image per line, by index or by name, or an array of \
      NumPy. With one family alone, all pairs of its members.

      Labels come from the files of regnas, or from --data. Predictions for other images or with \
      another order of the classes are refused; what cannot be checked is said.

      EXAMPLES
        regnas flips family.h5:1 family.h5:3 --data fashion.h5
        regnas flips deployed.txt member3.h5 --data fashion.h5 --csv-images > review.csv
        regnas flips deployed.pt family.h5:2 --data pets.h5 --size 224 \\
          --mean 0.485,0.456,0.406 --deviation 0.229,0.224,0.225
        regnas flips family.h5
      """
  )

  @Argument(help: "The old model's predictions, or a family.")
  var old: String

  @Argument(help: "The new model's predictions.")
  var new: String?

  @Option(help: "Data set file that the predictions are for: labels and names of the images.")
  var data: String?

  @Option(help: "Split that the predictions are for: search, test or train.")
  var split = Split.test

  @Option(name: .customLong("images"), help: "How many images to list in the table.")
  var imageLimit = 20

  @Flag(help: "Print as JSON, with every image that flips.")
  var json = false

  @Flag(help: "Print the figures as CSV, one row per pair of models.")
  var csv = false

  @Flag(help: "Print the images that flip as CSV, one row each.")
  var csvImages = false

  @OptionGroup(title: "Images for TorchScript models") var preparation: PreparationOptions

  @Flag(name: .shortAndLong, help: "Print only errors, warnings and results.")
  var quiet = false

  func validate() throws {
    if [json, csv, csvImages].count(where: \.self) > 1 {
      throw ValidationError("--json, --csv and --csv-images exclude each other")
    }
    if imageLimit < 0 { throw ValidationError("--images must be at least 0") }
  }

  func run() throws {
    try RunConfiguration().startTorch()
    let models = try models()
    let compared = try ComparedModels(
      models,
      split: split,
      data: data,
      preparation: try preparation.preparation()
    )
    let pairs =
      new == nil
      ? models.indices.flatMap { old in models.indices.dropFirst(old + 1).map { (old, $0) } }
      : [(0, 1)]
    let output = try FlipsOutput(compared, pairs: pairs)
    for note in output.notes where !quiet || note.hasPrefix("warning: ") { Self.say(note) }
    if json {
      try Console.json(output)
    } else if csv {
      Console.out(String(output.csv.dropLast()))
    } else if csvImages {
      Console.out(String(output.imageCSV.dropLast()))
    } else {
      Console.out(output.text(imageLimit: imageLimit))
    }
  }

  private static func say(_ note: String) {
    Console.error(note.hasPrefix("warning: ") ? note : "note: \(note)")
  }

  private func models() throws -> [ModelChoice] {
    let first = ModelChoice(old)
    if let new { return [first, ModelChoice(new)] }
    guard first.member == nil, let members = try first.stored()?.members else {
      throw PredictingError.impossible(
        "\(old): there is nothing to compare it with; give the new model's predictions too, or a family "
          + "to compare all its members"
      )
    }
    guard members > 1 else {
      throw PredictingError.impossible("\(old) has one member: there is nothing to compare it with")
    }
    return (1...members).map { ModelChoice(path: old, member: $0) }
  }
}
