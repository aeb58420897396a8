import ArgumentParser
import AtomicFiles
import Charts
import Configuration
import Delivery
import Families
import Foundation
import ImageData
import Runs

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the members of a family as ONNX, TorchScript and safetensors.",
    discussion: """
      Makes FOLDER/member-1 and so on, smallest first, each with the models, config.json \
      (architecture, layers, normalisation, classes, figures, digests) and a README with the code \
      that loads them. Every file is read back and run before anything is published: on test images \
      where the family's data set is at hand, else on random ones. Where a prediction differs \
      nothing is written. The same family and options give the same bytes.

      EXAMPLE
        regnas export checkpoints/fashion/family.h5 --out exported
        regnas export family.h5 --member 2 --format onnx --input uint8 --out second
      """
  )

  @Argument(help: "Family file, as 'regnas sample' writes it.")
  var family: String

  @Option(help: "onnx, torchscript or safetensors; may be repeated. All if not given.")
  var format: [ExportFormat] = []

  @Option(name: .shortAndLong, help: "Folder to make.")
  var out: String

  @Option(parsing: .unconditional, help: "Number of one member, from 1; all if not given.")
  var member: Int?

  @Option(help: "What ONNX and TorchScript models take: float (normalised) or uint8 (bytes).")
  var input = ExportOptions.Input.float

  @Option(help: "In which order: nchw or nhwc.")
  var layout = ExportOptions.Layout.nchw

  @Flag(help: "Keep batch norm as layers in ONNX and TorchScript, to train on.")
  var keepBatchNorm = false

  @Option(help: "Data set file with the family's test images; the run's own if not given.")
  var data: String?

  @Option(help: "Test images to verify each file on.")
  var images = 1000

  @Flag(help: "Replace an exported folder that is there.")
  var overwrite = false

  @Flag(help: "Check everything that can be, and write nothing.")
  var dryRun = false

  @Option(help: "Threads of libtorch; 0 for every core.")
  var threads = 0

  @Flag(help: "Print what was written as JSON.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print only errors, warnings and results.")
  var quiet = false

  @Option(help: .hidden)
  var dieAtStorageOperation: Int?

  func validate() throws {
    if images < 1 { throw ValidationError("--images must be at least 1") }
    if threads < 0 { throw ValidationError("--threads must not be negative") }
  }

  func run() throws {
    let reporter = ProgressPrinter(quiet: quiet, noProgress: true)
    var options = ExportOptions(formats: format)
    options.input = input
    options.layout = layout
    options.keepsBatchNorm = keepBatchNorm
    let folder = String(out.reversed().drop { $0 == "/" }.reversed())
    guard !folder.isEmpty else { throw ValidationError("--out must name a folder to make") }
    try FamilyExport.checkFolder(folder, overwrite: overwrite)
    var settings = RunConfiguration()
    settings.runtime.threads = threads
    try settings.startTorch(reporter)
    let export = try FamilyExport(contentsOf: family, options: options)
    let numbers = try export.numbers(only: member)
    let trial = try trialImages(for: export, reporter)
    guard !dryRun else {
      for number in numbers {
        for format in options.formats {
          Console.out("would write \(folder)/member-\(number)/\(format.fileName)")
        }
      }
      return
    }
    let signals = ImportSignals()
    let storage: any Storage = dieAtStorageOperation.map(DyingStorage.init) ?? SystemStorage()
    let report = try withExtendedLifetime(signals) {
      try export.write(
        to: folder,
        only: member,
        overwrite: overwrite,
        verifiedOn: trial,
        imageCount: images,
        storage: storage,
        note: { reporter.note($0) }
      )
    }
    reporter.note("wrote \(folder)")
    try Console.show(report, report.table, json: json)
  }

  /// The data set that was named, or the one of the family's run if it is still there.
  private func trialImages(
    for export: FamilyExport,
    _ reporter: ProgressPrinter
  ) throws -> ImageDataset? {
    if let data {
      let images = try ImageDataset.open(data)
      try export.check(images)
      return images
    }
    let instead = "the files are verified on random images (--data FILE names a data set)"
    guard let path = storedPath(of: export.family) else {
      reporter.note("the family's data set is not at hand; \(instead)")
      return nil
    }
    do {
      let images = try ImageDataset.open(path)
      try export.check(images)
      return images
    } catch {
      reporter.note("\(error)\n\(instead)")
      return nil
    }
  }

  /// Where the data set of the run is now. A configuration that cannot be read names none.
  private func storedPath(of family: Family) -> String? {
    let stored = try? ConfigurationSources(
      stored: family.provenance.configuration,
      name: "the configuration of \(self.family)"
    )
    guard let configuration = stored?.configuration else { return nil }
    let folder = OutputFile.folder(of: self.family)
    let files = InputFiles(bases: [".", folder, "\(folder)/../.."])
    let input = files.inputs(of: configuration).first { $0.key == "data.file" }
    return input.flatMap { $0.isThere ? $0.located : nil }
  }
}

extension ExportFormat: ExpressibleByArgument {}
extension ExportOptions.Input: ExpressibleByArgument {}
extension ExportOptions.Layout: ExpressibleByArgument {}

extension FamilyExport.Report {
  fileprivate var table: String {
    let rows = files.map { file in
      let ties = file.verification.ties
      return [
        "\(file.member)", file.path, "\(file.bytes)",
        "\(file.verification.images) \(file.verification.source.words), all equal"
          + (ties > 0 ? " (\(ties) but for rounding)" : ""),
      ]
    }
    let lines = TextTable(
      header: ["member", "file", "bytes", "predictions verified on"],
      rows: rows,
      rightAligned: [2]
    ).text
    return String(lines.dropLast())
  }
}
