import ArgumentParser
import AtomicFiles
import Foundation
import HDF5
import ImageData
import Search

/// What all importers share: where to write, and how large the splits are.
struct ImportOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "Data set file to write.")
  var out: String

  @Option(parsing: .unconditional, help: "Images of the train split; the rest if not given.")
  var train: Int?

  @Option(parsing: .unconditional, help: "Images of the search split; its own, or a tenth.")
  var search: Int?

  @Option(parsing: .unconditional, help: "Images of the test split; its own, or a sixth.")
  var test: Int?

  @Option(parsing: .unconditional, help: "Seed of the choice of the splits, from 0.")
  var seed: UInt64 = 0

  @Option(help: "Class names in the order of the labels: 'cat,\"dog, small\"'.")
  var classes: String?

  @Flag(help: "Leave out classes without images.")
  var closeGaps = false

  @Flag(help: "Replace a file that is there.")
  var overwrite = false

  @Flag(help: "Print what was written as JSON.")
  var json = false

  @OptionGroup var speech: SpeechOptions

  func validate() throws { _ = try classNames }

  var classNames: [String]? { get throws { try classes.map(Self.names) } }

  /// Names in the manner of CSV: a name in quotes may hold commas, and a quote doubled.
  private static func names(_ text: String) throws -> [String] {
    var names: [String] = []
    var rest = text[...]
    while true {
      rest = rest.drop { $0.isWhitespace }
      var name = ""
      if rest.first == "\"" {
        rest.removeFirst()
        var isClosed = false
        while !isClosed, let next = rest.popFirst() {
          if next != "\"" {
            name.append(next)
          } else if rest.first == "\"" {
            name.append("\"")
            rest.removeFirst()
          } else {
            isClosed = true
          }
        }
        guard isClosed else {
          throw ValidationError("--classes: the quote before '\(name)' is not closed")
        }
        let after = rest.prefix { $0 != "," }
        guard after.allSatisfy(\.isWhitespace) else {
          throw ValidationError("--classes: '\(after)' follows the quoted name '\(name)'")
        }
        rest = rest.dropFirst(after.count)
      } else {
        name = String(rest.prefix { $0 != "," })
        rest = rest.dropFirst(name.count)
        name = name.trimmingCharacters(in: .whitespaces)
      }
      names.append(name)
      guard rest.popFirst() != nil else { return names }
    }
  }

  /// - Parameters:
  ///   - size: side of the square images to make of the source's.
  ///   - inputs: the files or folders that are read, which are never replaced.
  ///   - isNamed: whether `--classes` names the classes in the order of the labels; otherwise the
  ///     source has seen to it.
  func write<Source: ImageSource>(
    size: Int? = nil,
    named isNamed: Bool = false,
    from inputs: [String],
    _ makeSource: () throws -> Source
  ) throws {
    let reporter = speech.reporter()
    let names = isNamed ? try classNames : nil
    // Before anything is read, which may take long.
    try OutputFile.check(out, overwrite: overwrite, inputs: inputs)
    let target = try OutputFile.destination(of: out)
    if target != out { reporter.note("note: \(out) is a link; \(target) is written") }
    let signals = ImportSignals()
    defer { withExtendedLifetime(signals) {} }
    let source = try makeSource()
    let writer = DatasetWriter(
      sizes: SplitSizes(train: train, search: search, test: test),
      seed: seed,
      overwrite: overwrite,
      createdBy: Program.identity,
      classNames: names,
      closesGaps: closeGaps
    ) { done, total in
      reporter.progress("import", done: done, total: total, unit: "images", detail: "")
    }
    let report =
      if let size {
        try writer.write(ResizedSource(source, size: size), to: out)
      } else {
        try writer.write(source, to: out)
      }
    for name in report.removedParts {
      reporter.note("note: removed \(name), which an import that was killed had left")
    }
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
  /// The first names, as `--classes` takes them, without what a terminal would obey.
  private static func shown(_ names: [String]) -> String {
    let limit = 100
    let texts = names.prefix(limit).map { name in
      let plain = name.withoutControls
      return plain.contains(",") || plain.contains("\"")
        ? "\"" + plain.replacing("\"", with: "\"\"") + "\"" : plain
    }
    return texts.joined(separator: ", ") + (names.count > limit ? ", ..." : "")
  }

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
      "classes    \(classNames.count): \(Self.shown(classNames))",
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
