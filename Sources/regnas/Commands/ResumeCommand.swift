import ArgumentParser
import Configuration
import Runs
import Search

struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Go on with a run from its newest checkpoint.",
    discussion: """
      Ends with the same bytes in every result as if the run had never stopped (same machine, \
      same number of threads). Keys that change results cannot be changed; checkpoint.every and \
      checkpoint.keep can.

      EXAMPLE
        regnas resume checkpoints/fashion
      """
  )

  @Argument(help: "Folder of the run.")
  var folder: String

  @Option(name: .long, help: "Set one configuration key. May be repeated.")
  var set: [String] = []

  @Flag(help: "Stop when the supernet is trained, as 'regnas supernet train' does.")
  var supernetOnly = false

  @OptionGroup var work: WorkOptions

  func run() throws {
    var sources = try RunFolder.read(folder).configurationSources()
    for assignment in set { try sources.set(assignment, place: "--set") }
    let configuration = sources.configuration
    try configuration.startTorch()
    let folder = try RunFolder.open(folder, storage: work.storage)
    let session = RunSession(work)
    let run = try SearchRun.resume(
      folder,
      configuration: configuration,
      services: session.services
    )
    guard !run.isFinished else {
      session.reporter.note("this run is complete; the family: regnas sample \(folder.path)")
      return
    }
    guard !supernetOnly else {
      try session.record(folder, configuration, endingAs: "supernet trained") {
        try run.trainSupernet()
      }
      session.reporter.note("the supernet is trained; search with: regnas resume \(folder.path)")
      return
    }
    try session.record(folder, configuration) { try run.train() }
    session.reporter.note("done; the family: regnas sample \(folder.path)")
  }
}
