import ArgumentParser
import AtomicFiles
import Configuration
import Runs
import Search

struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Go on with a run from its newest checkpoint.",
    discussion: """
      Ends with the same bytes in every result as if the run had never stopped (same machine, \
      same number of threads). Keys that change results cannot be changed; checkpoint.every, \
      checkpoint.keep and runtime.tensorboard can. Input files that have moved are taken from \
      where --data and --set say, when their content is the same. For more updates or other \
      budgets: 'regnas extend'.

      EXAMPLE
        regnas resume checkpoints/fashion
      """
  )

  @Argument(help: "Folder of the run.")
  var folder: String

  @OptionGroup var changes: RunChanges

  @Flag(help: "Stop when the supernet is trained, as 'regnas supernet train' does.")
  var supernetOnly = false

  @OptionGroup var work: WorkOptions

  func run() throws {
    // The process may replace itself here: before it holds the folder.
    WaitPolicy.apply()
    let folder = try RunFolder.open(folder, storage: work.storage)
    let (configuration, moved) = try changes.apply(to: folder)
    try configuration.startTorch(work.reporter())
    let session = RunSession(work)
    let run = try SearchRun.resume(
      folder,
      configuration: configuration,
      moved: moved,
      services: session.services
    )
    let quoted = shellQuoted(folder.path)
    guard !run.isFinished else {
      run.beginCurves()
      session.reporter.note("this run is complete; the family: regnas sample \(quoted)")
      return
    }
    guard !supernetOnly else {
      try session.record(run, endingAs: "supernet trained") { try run.trainSupernet() }
      session.reporter.note("the supernet is trained; search with: regnas resume \(quoted)")
      return
    }
    try session.record(run) { try run.train() }
    session.reporter.note("done; the family: regnas sample \(quoted)")
  }
}
