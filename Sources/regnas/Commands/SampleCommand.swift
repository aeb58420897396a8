import ArgumentParser
import AtomicFiles
import Configuration
import Families
import HDF5
import Reports
import Runs
import Search

struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Sample the final family from the trained controllers.",
    discussion: """
      Draws architectures from each controller, measures the best on the whole search split, \
      chooses, and reports on the test split. Writes RUN/family.h5: architectures, weights, \
      predictions and figures of every member; and beside it report.html, to look at in a browser. \
      The run itself is only read: several may sample at once, and with --out also from a folder \
      that cannot be written to.

      EXAMPLE
        regnas sample checkpoints/fashion --samples 100
      """
  )

  @Argument(help: "Folder of a finished run.")
  var folder: String

  @Option(help: "Architectures drawn from each controller (key family.samples).")
  var samples: Int?

  @Option(help: "Candidates measured on the whole search split (key family.finalists).")
  var finalists: Int?

  @Option(help: "Seed of the draws; the run's own if not given.")
  var seed: UInt64?

  @Option(name: .shortAndLong, help: "Where to write the family; RUN/family.h5 if not given.")
  var out: String?

  @Flag(help: "Replace a family file that is there.")
  var overwrite = false

  @Flag(help: "Print the family as JSON.")
  var json = false

  @OptionGroup var changes: RunChanges

  @OptionGroup var work: WorkOptions

  func validate() throws {
    for (name, value) in [("--samples", samples), ("--finalists", finalists)] {
      guard let value, !(1...10_000_000).contains(value) else { continue }
      throw ValidationError("\(name) must be from 1 to 10000000")
    }
  }

  func run() throws {
    let folder = try RunFolder.read(folder)
    let path = out ?? folder.file(RunFolder.familyName)
    try OutputFile.check(path, overwrite: overwrite)
    try FileHeader.checkReplacing(path, format: FamilyFile.format)
    let (configuration, moved) = try changes.apply(to: folder)
    try configuration.startTorch(work.reporter())
    let session = RunSession(work)
    let run = try SearchRun.resume(
      folder,
      configuration: configuration,
      moved: moved,
      services: session.services
    )
    var settings = FamilySettings(configuration)
    settings.samples = samples ?? settings.samples
    settings.finalists = finalists ?? settings.finalists
    settings.seed = seed ?? settings.seed
    let family = try run.sampleFamily(
      settings,
      to: path,
      overwrite: overwrite,
      storage: work.storage
    )
    session.reporter.note("wrote \(path)")
    report(on: path, of: folder, session.reporter)
    if json { try Console.json(family.report) } else { Console.out(family.report.table) }
  }

  /// The family is there by now: whatever hinders the report is a warning.
  private func report(on family: String, of folder: RunFolder, _ reporter: ProgressPrinter) {
    let page = ReportFile.path(beside: family)
    do {
      try ReportFile.check(page, overwrite: overwrite)
      let report = try Report(run: folder, family: family, data: changes.data)
      try ReportFile.write(report.html(), to: page, overwrite: overwrite)
      reporter.note("wrote \(page)")
    } catch {
      reporter.note("warning: the family has no report beside it: \(error)")
    }
  }
}
