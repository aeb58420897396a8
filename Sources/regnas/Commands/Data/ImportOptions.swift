import ArgumentParser
import HDF5
import ImageData
import Search

/// What all importers share: where to write, and how large the splits are.
struct ImportOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "Data set file to write.")
  var out: String

  @Option(help: "Images of the train split; the rest if not given.")
  var train: Int?

  @Option(help: "Images of the search split; a tenth if not given.")
  var search: Int?

  @Option(help: "Images of the test split; the source's own test part, or a sixth.")
  var test: Int?

  @Option(help: "Seed of the choice of the splits.")
  var seed: UInt64 = 0

  @Option(help: "Class names, comma-separated, in the order of the labels.")
  var classes: String?

  @Flag(help: "Replace a file that is there.")
  var overwrite = false

  @Flag(help: "Print what was written as JSON.")
  var json = false

  @OptionGroup var speech: SpeechOptions

  var classNames: [String]? { classes.map { $0.split(separator: ",").map(String.init) } }

  func write(_ source: some ImageSource) throws {
    let reporter = speech.reporter()
    let writer = DatasetWriter(
      sizes: SplitSizes(train: train, search: search, test: test),
      seed: seed,
      overwrite: overwrite,
      createdBy: Program.identity
    ) { done, total in
      reporter.progress("import", done: done, total: total, unit: "images", detail: "")
    }
    let report = try writer.write(source, to: out)
    for file in report.skipped { reporter.note("skipped \(file.path): \(file.reason)") }
    for note in report.dataset.provenance.notes { reporter.note("note: \(note.line)") }
    if json {
      try Console.json(report)
    } else {
      Console.out(report.dataset.text)
    }
  }
}

extension ImageDatasetInfo {
  /// A summary for a terminal.
  var text: String {
    func numbers(_ values: [Double]) -> String {
      values.map { String(Double(Int(($0 * 10_000).rounded())) / 10_000) }.joined(separator: ", ")
    }
    let splits = Split.allCases.map { "\(splitSizes[$0.rawValue] ?? 0) \($0.rawValue)" }
    return [
      "data set   \(path)",
      "images     \(count) of \(shape.height) x \(shape.width) x \(shape.channels)",
      "splits     \(splits.joined(separator: ", "))",
      "classes    \(classNames.count): \(classNames.joined(separator: ", "))",
      "mean       \(numbers(channelMean))",
      "deviation  \(numbers(channelDeviation))",
      "source     \(provenance.importer): "
        + provenance.files.map(\.name).prefix(6).joined(separator: ", ")
        + (provenance.files.count > 6 ? ", ..." : ""),
      "sha256     \(digest)",
    ].joined(separator: "\n")
      + provenance.notes.map { "\nnote       \($0.line)" }.joined()
  }
}
