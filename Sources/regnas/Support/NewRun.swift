import ArgumentParser
import AtomicFiles
import Configuration
import Runs
import Search

/// Flags of the commands that begin a run, and how they begin it.
struct NewRun: ParsableArguments {
  @OptionGroup var keys: ConfigurationOptions
  @OptionGroup var work: WorkOptions

  @Option(help: "Name of the run; SPACE-SEED if not given.")
  var name: String?

  @OptionGroup var place: RunPlace

  @Flag(help: "Print every configuration key with its value and where it came from, and stop.")
  var printConfig = false

  @Flag(help: "Check everything, print sizes and costs, and stop.")
  var dryRun = false

  func validate() throws {
    if let name { try RunPlace.check(name: name) }
  }

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
    try configuration.startTorch(work.reporter())
    let path = place.path(of: name ?? "\(configuration.space.name)-\(configuration.seed)")
    let check = try RunCheck(configuration, at: path, overwrite: place.overwrite)
    if dryRun {
      Console.out(try RunPlan(check.setting).text)
      return
    }
    let session = RunSession(work)
    let run = try SearchRun.start(
      check,
      in: try RunFolder.create(path, overwrite: place.overwrite, storage: work.storage),
      services: session.services
    )
    session.reporter.note("run \(run.folder.path), seed \(configuration.seed)")
    try session.record(run, endingAs: state) { try body(run) }
    session.reporter.note("done; go on with: regnas \(next) \(shellQuoted(run.folder.path))")
  }
}

/// Where a new run goes.
struct RunPlace: ParsableArguments {
  @Option(help: "Folder that runs are kept in.")
  var out = "checkpoints"

  @Flag(help: "Replace a run of the same name; it is kept until the new one has saved itself.")
  var overwrite = false

  func path(of name: String) -> String { "\(out.isEmpty ? "." : out)/\(name)" }

  /// Throws `ValidationError` for a name that is no name of a folder of its own.
  static func check(name: String) throws {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let isName = parts.allSatisfy { part in
      !["", ".", ".."].contains(part.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    guard isName, !name.contains("\0") else {
      throw ValidationError(
        "--name '\(name)' is no name of a folder; give a word such as 'first', and the folder that "
          + "it goes into as --out"
      )
    }
  }
}
