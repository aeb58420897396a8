import ArgumentParser
import AtomicFiles
import Configuration
import Foundation
import Runs
import Search

struct ExtendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extend",
    abstract: "Search again over a run's trained supernet: more updates, other budgets.",
    discussion: """
      Makes a new run from one whose supernet is trained. The supernet is not trained again, and no \
      architecture is measured twice: what the run has measured is known. The run itself is only \
      read. Every key can be set but data.*, space.*, supernet.* and seed. The result is that of a \
      run with these keys from the beginning, over this supernet.

      EXAMPLE
        regnas extend checkpoints/fashion --name fashion-4 \\
          --set search.budgets=15%,45%,70%,90% --set controller.updates=40
      """
  )

  @Argument(help: "Folder of the run.")
  var folder: String

  @OptionGroup var changes: RunChanges

  @Option(help: "Name of the new run; that of the run with '-extended' if not given.")
  var name: String?

  @OptionGroup var place: RunPlace

  @Flag(help: "Check everything, print sizes and costs, and stop.")
  var dryRun = false

  @OptionGroup var work: WorkOptions

  func validate() throws {
    if let name { try RunPlace.check(name: name) }
  }

  func run() throws {
    let folder = try RunFolder.read(folder)
    let (configuration, moved) = try changes.apply(to: folder)
    let stored = try folder.configuration()
    try SearchRun.checkExtension(of: stored, to: configuration)
    try configuration.startTorch(work.reporter())
    let session = RunSession(work)
    let original = try SearchRun.resume(
      folder,
      configuration: stored,
      moved: moved,
      services: session.services
    )
    let path = place.path(
      of: name ?? URL(fileURLWithPath: folder.path).lastPathComponent + "-extended"
    )
    guard !OutputFile.isSame(path, folder.path) else {
      throw ValidationError("this is the run that is extended; choose another --name")
    }
    let located = try InputFiles(moved: moved, bases: folder.inputBases).located(configuration)
    let check = try RunCheck(
      located,
      at: path,
      overwrite: place.overwrite,
      supernetIsMade: true
    )
    if dryRun {
      Console.out(try RunPlan(check.setting).text)
      return
    }
    let run = try SearchRun.extend(
      original,
      by: check,
      in: try RunFolder.create(path, overwrite: place.overwrite, storage: work.storage),
      services: session.services
    )
    session.reporter.note(
      "run \(path), seed \(configuration.seed): the supernet and what was measured come from "
        + folder.path
    )
    try session.record(run) { try run.train() }
    session.reporter.note("done; go on with: regnas sample \(shellQuoted(path))")
  }
}
