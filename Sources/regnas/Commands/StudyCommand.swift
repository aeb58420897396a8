import ArgumentParser
import AtomicFiles
import Charts
import Configuration
import Foundation
import HDF5
import Runs
import Search
import Study

struct StudyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Compare REG-NAS with other methods over spaces and seeds.",
    discussion: """
      FILE describes a grid of methods, spaces and seeds on one data set (docs/study.md). What is \
      missing of its cells is computed, one after another; then figures are written: NAME.md, \
      NAME.csv, NAME.json, a picture for each space, and summary.json over all studies of the folder.

      The same command goes on after an interruption. Started several times, on one file system, it \
      shares the cells out. A cell is a small file without weights in OUT/cells/NAME: where it is, \
      nothing is computed again, on whatever machine.

      EXAMPLE
        regnas study Scripts/headline/cifar-10.yaml --out docs/headline
        regnas study Scripts/headline/cifar-10.yaml --out docs/headline --figures-only
      """
  )

  @Argument(help: "YAML file that describes the study.")
  var file: String

  @Option(name: .shortAndLong, help: "Folder for figures, with the cells in it.")
  var out: String

  @Option(help: "Folder for runs and networks while cells are computed.")
  var work = "checkpoints/study"

  @Option(help: "Data set file (key data).")
  var data: String?

  @Option(help: "Threads of libtorch; 0 for every core (key run.runtime.threads).")
  var threads: Int?

  @Flag(help: "Compute nothing: figures from the cells that are there. Needs no data set.")
  var figuresOnly = false

  @Flag(help: "Check the study, print its cells and which are there, and stop.")
  var dryRun = false

  @Flag(help: "Print the figures as JSON.")
  var json = false

  @OptionGroup var options: WorkOptions

  func run() throws {
    var study = try StudyConfiguration(yaml: ConfigurationOptions.text(file), name: file)
    if let data { study.data = data }
    if let threads {
      var sources = ConfigurationSources()
      try sources.set("runtime.threads", to: String(threads), place: "--threads")
      study.run.runtime.threads = sources.configuration.runtime.threads
    }
    let session = RunSession(options)
    try study.run.startTorch(session.reporter)
    let grid = try StudyGrid(
      study,
      out: out,
      work: work,
      readsOnly: figuresOnly,
      services: session.services,
      storage: options.storage
    )
    if !figuresOnly { try grid.check() }
    if dryRun { return try list(grid) }
    if !figuresOnly {
      do {
        try grid.compute()
      } catch let stop as Interrupted {
        session.reporter.note("saved; the same command goes on")
        throw stop
      }
    }
    try report(grid, session.reporter)
  }

  private func list(_ grid: StudyGrid) throws {
    let known = Set(try grid.known().cells.map(\.key))
    for key in grid.keys {
      Console.out("\(known.contains(key) ? "there  " : "missing")  \(key.name)")
    }
    Console.out("\(known.count) of \(grid.keys.count) cells are there")
  }

  private func report(_ grid: StudyGrid, _ reporter: some Reporter) throws {
    let (cells, missing, others) = try grid.known()
    if !missing.isEmpty {
      reporter.note(
        "warning: \(missing.count) of \(grid.keys.count) cells are missing, \(missing[0].name) first; "
          + "figures are of those that are there"
      )
    }
    for name in others {
      reporter.note("note: \(grid.cellFolder)/\(name) is no cell of this study; it is left out")
    }
    let study = grid.study
    let figures = try study.spaces.map { space in
      try StudyFigures(
        cells.filter { $0.key.space == space },
        space: space,
        labels: grid.labels,
        dataSet: study.name
      )
    }.filter { !$0.methods.isEmpty }
    try write(figures, of: study)
    if json {
      try Console.json(figures)
    } else {
      Console.out(figures.map(\.markdown).joined(separator: "\n"))
    }
  }

  private func write(_ figures: [StudyFigures], of study: StudyConfiguration) throws {
    let storage = options.storage
    func write(_ text: String, to name: String) throws {
      try AtomicFile.write(Array(text.utf8), to: "\(out)/\(name)", storage: storage)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let json = String(decoding: try encoder.encode(figures), as: UTF8.self)
    try write(figures.map(\.markdown).joined(separator: "\n"), to: "\(study.name).md")
    try write(StudyFigures.csv(figures), to: "\(study.name).csv")
    try write(json + "\n", to: "\(study.name).json")
    for one in figures { try write(one.chart.svg, to: "\(study.name)-\(one.space).svg") }
    try StudySummary.merge(
      figures.compactMap(StudySummary.init),
      into: out + "/" + StudySummary.fileName,
      storage: storage
    )
  }
}
