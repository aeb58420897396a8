import ArgumentParser
import Configuration
import Runs
import Search

/// Flags of the commands that begin a run, and how they begin it.
struct NewRun: ParsableArguments {
  @OptionGroup var keys: ConfigurationOptions
  @OptionGroup var work: WorkOptions

  @Option(help: "Name of the run; SPACE-SEED if not given.")
  var name: String?

  @Option(help: "Folder that runs are kept in.")
  var out = "checkpoints"

  @Flag(help: "Replace a run of the same name.")
  var overwrite = false

  @Flag(help: "Print every configuration key with its value and where it came from, and stop.")
  var printConfig = false

  @Flag(help: "Check everything, print sizes and costs, and stop.")
  var dryRun = false

  /// Makes the run and does `body` with it, unless only its plan is asked for. `state` is what
  /// `run.json` says at the end; `next` is the command to go on with, without the folder.
  func start(
    check: (RunConfiguration) throws -> Void = { _ in },
    endingAs state: String = "finished",
    next: String,
    _ body: (SearchRun) throws -> Void
  ) throws {
    let sources = try keys.collect()
    let configuration = sources.configuration
    if printConfig {
      Console.out(configuration.listing(origins: sources.origins))
      return
    }
    try check(configuration)
    try configuration.startTorch()
    if dryRun {
      Console.out(try RunPlan(configuration).text)
      return
    }
    let session = RunSession(work)
    let name = name ?? "\(configuration.space.name)-\(configuration.seed)"
    let run = try SearchRun.start(
      configuration,
      in: try RunFolder.create("\(out)/\(name)", overwrite: overwrite, storage: work.storage),
      services: session.services
    )
    session.reporter.note("run \(run.folder.path), seed \(configuration.seed)")
    try session.record(run.folder, configuration, endingAs: state) { try body(run) }
    session.reporter.note("done; go on with: regnas \(next) \(run.folder.path)")
  }
}
