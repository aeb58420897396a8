import ArgumentParser
import AtomicFiles
import Configuration
import Families
import FlipMetrics
import Foundation
import HDF5
import ImageData
import PictureFolders
import Predicting
import Runs
import SearchSpaces
import Torch

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Classify pictures or a data set with a member of a family.",
    discussion: """
      Pictures are prepared as for training: as 'data import folder' makes them, at the size of \
      the family's images, then normalised as the family file says. Images of a data set must \
      have the size and channels of the family's.

      With --out, the predictions go into a file that search.reference and 'regnas flips' read: \
      of the search and the test split, or of the one that --split names.

      EXAMPLES
        regnas predict checkpoints/fashion/family.h5 --member 2 photos/*.jpg --top 3
        regnas predict family.h5 --member 3 --data fashion.h5 --csv > predictions.csv
        regnas predict family.h5 --member 3 --data fashion.h5 --out member3.h5
      """
  )

  @Argument(help: "The family file.")
  var family: String

  @Argument(help: "Pictures: JPEG, PNG, WebP, BMP, GIF or TIFF.")
  var images: [String] = []

  @Option(
    help: "Number of the member, from 1, the smallest first; not for a family of one."
  )
  var member: Int?

  @Option(help: "Data set file, in place of pictures.")
  var data: String?

  @Option(help: "Split of the data set: train, search or test; test if not given.")
  var split: Split?

  @Option(help: "How many classes to show for each image.")
  var top = 1

  @Option(
    help: "Colour behind transparent pictures: white, black or hexadecimal digits such as 8080ff."
  )
  var background = Colour.white

  @Option(name: .shortAndLong, help: "Predictions file to write, of a data set.")
  var out: String?

  @Flag(help: "Replace a predictions file that is there.")
  var overwrite = false

  @Flag(help: "Print as JSON.")
  var json = false

  @Flag(help: "Print one row per image and class as CSV.")
  var csv = false

  @Option(help: "\(Device.names).")
  var device = "auto"

  @Option(help: "Threads of libtorch; 0 for every core.")
  var threads = 0

  @Flag(name: .shortAndLong, help: "Print only errors, warnings and results.")
  var quiet = false

  func validate() throws {
    if images.isEmpty == (data == nil) {
      throw ValidationError(
        images.isEmpty
          ? "there is nothing to predict: give pictures, or --data FILE"
          : "pictures and --data exclude each other"
      )
    }
    if data == nil, split != nil || out != nil {
      throw ValidationError("--split and --out need --data")
    }
    if json, csv { throw ValidationError("--json and --csv exclude each other") }
    if out != nil, json || csv {
      throw ValidationError(
        "--out writes predictions instead of printing them: leave out the other"
      )
    }
    if top < 1 { throw ValidationError("--top must be at least 1") }
  }

  func run() throws {
    if let out {
      try OutputFile.check(out, overwrite: overwrite, inputs: [family, data].compactMap(\.self))
      try FileHeader.checkReplacing(out, format: PredictionsFile.format)
    }
    var configuration = RunConfiguration()
    configuration.runtime.threads = threads
    try configuration.startTorch()
    let file = try Family(contentsOf: family)
    let model = try MemberClassifier(member, of: file, path: family, on: Device(device))
    guard top <= model.images.classNames.count else {
      throw ConfigurationError(
        place: "--top",
        message: "\(top) classes are asked for, and there are \(model.images.classNames.count)"
      )
    }
    if let out {
      try write(model, to: out)
    } else {
      try show(data == nil ? pictures(model) : dataset(model))
    }
  }

  private func note(_ text: String) {
    if text.hasPrefix("warning: ") {
      Console.error(text)
    } else if !quiet {
      Console.error("note: \(text)")
    }
  }

  private func show(_ result: TopClasses) throws {
    for text in result.notes { note(text) }
    if json {
      try Console.json(result)
    } else if csv {
      Console.out(String(result.csv.dropLast()))
    } else {
      Console.out(result.table)
    }
  }

  private func empty(_ model: MemberClassifier) -> TopClasses {
    TopClasses(
      family: family,
      member: model.number,
      architecture: model.architecture,
      classNames: model.images.classNames,
      images: [],
      notes: []
    )
  }

  // MARK: Pictures

  private func pictures(_ model: MemberClassifier) throws -> TopClasses {
    let (size, channels) = (model.images.height, model.images.channels.count)
    guard [1, 3].contains(channels), size == model.images.width else {
      throw PredictingError.impossible(
        "\(family): its images have \(size) x \(model.images.width) pixels and \(channels) channels, "
          + "which no pictures are made into; give a data set of such images with --data"
      )
    }
    var list = try PictureList(images, size: size, channels: channels, background: background)
    var result = empty(model)
    for start in stride(from: 0, to: images.count, by: MemberClassifier.batchSize) {
      let range = start..<min(images.count, start + MemberClassifier.batchSize)
      let ranking = try model.rank(list.images(range), list.shape, top: top)
      result.add(Array(images[range]), ranking)
    }
    result.notes = list.notes.map(\.line)
    return result
  }

  // MARK: Data sets

  private func open(_ path: String, for model: MemberClassifier) throws -> (ImageDataset, [String])
  {
    let dataset = try ImageDataset.openVerified(path)
    let (theirs, ours) = (dataset.classNames, model.images.classNames)
    guard theirs != ours, theirs.count == ours.count else { return (dataset, []) }
    let place = ours.indices.first { theirs[$0] != ours[$0] } ?? 0
    let difference = "class \(place) is '\(theirs[place])' there and '\(ours[place])' in \(family)"
    guard theirs.sorted() != ours.sorted() else {
      throw PredictingError.invalidInput(
        "\(path): its classes are in another order than those of \(family): \(difference); import the "
          + "data set again with --classes in the family's order"
      )
    }
    return (
      dataset,
      [
        "warning: \(path): its classes have other names, and are taken by their numbers: \(difference)"
      ]
    )
  }

  private func dataset(_ model: MemberClassifier) throws -> TopClasses {
    let split = split ?? .test
    let (dataset, notes) = try open(data ?? "", for: model)
    let images = LabelledImages(dataset, split)
    guard !images.labels.isEmpty else { throw Self.isEmpty(dataset, split) }
    var result = empty(model)
    (result.data, result.split) = (dataset.path, split.rawValue)
    result.add(
      images.names,
      try model.rank(dataset, dataset.indices(of: split), top: top),
      labels: images.labels
    )
    result.notes = notes + (images.numbering.map { ["images are \($0)"] } ?? [])
    return result
  }

  private static func isEmpty(_ dataset: ImageDataset, _ split: Split) -> PredictingError {
    .invalidInput(
      "\(dataset.path): the split '\(split.rawValue)' is empty; name another with --split"
    )
  }

  private func write(_ model: MemberClassifier, to path: String) throws {
    let (dataset, notes) = try open(data ?? "", for: model)
    for text in notes { note(text) }
    let asked = split.map { [$0] } ?? [.search, .test]
    let splits = try asked.map { split in
      guard !dataset.indices(of: split).isEmpty else { throw Self.isEmpty(dataset, split) }
      return PredictionsFile.Split(
        split.rawValue,
        try model.predictions(dataset, split),
        digest: try dataset.digest(of: split)
      )
    }
    try PredictionsFile.write(
      splits,
      classNames: dataset.classNames,
      identity: [
        "kind": "member of a family", "family-sha256": try SHA256.ofFile(family),
        "member": String(model.number), "architecture": model.architecture,
        "data-sha256": dataset.digest,
      ],
      to: path
    )
    for split in splits {
      let (right, count) = (split.predictions.correctCount, split.predictions.count)
      let share = String(format: "%.2f", 100 * split.predictions.accuracy)
      Console.out("\(split.name): right for \(right) of \(count) images (\(share) %)")
    }
    note("wrote \(path)")
  }
}
