import ArgumentParser
import Search

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a supernet and one controller per budget, from scratch.",
    discussion: """
      Makes the folder OUT/NAME with checkpoints, logs and the trained supernet. Interrupt it at \
      any time: 'regnas resume' goes on. Then 'regnas sample' gives the family.

      EXAMPLE
        regnas train --data datasets/fashion-mnist.h5 --name fashion --seed 1 \\
          --set search.budgets=15%,45%,90% --set controller.updates=30
      """
  )

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

  func run() throws {
    let sources = try keys.collect()
    let configuration = sources.configuration
    if printConfig {
      Console.out(configuration.listing(origins: sources.origins))
      return
    }
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
    try session.record(run.folder, configuration) { try run.train() }
    session.reporter.note("done; the family: regnas sample \(run.folder.path)")
  }
}
