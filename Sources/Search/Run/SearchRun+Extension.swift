import AtomicFiles
import Configuration
import Foundation
import Runs

// Another search over a supernet that is trained: more updates, other budgets, another reward.
extension SearchRun {
  /// Begins a run in a fresh folder that goes on from the trained supernet of another run and from every
  /// prediction made with it. That one is only read.
  ///
  /// The search itself starts anew: it ends with the members that a run under that configuration from the
  /// beginning would have chosen with this supernet, so the result does not depend on the way there.
  ///
  /// - Parameters:
  ///   - original: a run whose supernet is trained; see ``resume(_:configuration:services:)``.
  ///   - check: of the configuration of `original` but for keys that do not touch the supernet.
  ///
  /// Throws ``RunError/unfinished(_:)`` before the supernet is trained, and ``ConfigurationError`` for a key
  /// that the supernet depends on.
  package static func extend(
    _ original: SearchRun,
    by check: RunCheck,
    in folder: @autoclosure () throws -> RunFolder,
    services: RunServices
  ) throws -> SearchRun {
    let configuration = check.setting.configuration
    let trained = try original.products.trainedSupernet(of: original.folder)
    try checkExtension(of: original.configuration, to: configuration)
    let folder = try folder()
    do {
      try folder.write(configuration.yaml, to: RunFolder.configurationName)
      try copySupernet(of: original, to: folder)
      noteLocks(of: folder, services)
      let run = SearchRun(
        RunContext(
          folder,
          configuration: configuration,
          setting: check.setting,
          services: services
        )
      )
      guard run.context.setting.data.digest == original.context.setting.data.digest else {
        throw RunError.mismatch(
          what: "another data set",
          differences: ["\(configuration.data.file) has another content"]
        )
      }
      let supernet = try TrainedSupernet(run.context)
      try supernet.restore(trained.state(), images: run.context.setting.images)
      run.products.supernet = supernet
      run.position = 1
      run.isNew = true
      try run.context.save()
      return run
    } catch {
      _ = folder.giveUp()
      throw error
    }
  }

  /// Throws ``ConfigurationError`` naming the first key that needs another supernet.
  package static func checkExtension(
    of original: RunConfiguration,
    to configuration: RunConfiguration
  ) throws {
    let differences = configuration.supernetDifferences(from: original)
    if let key = differences.first {
      throw ConfigurationError(
        place: key,
        message:
          "the supernet depends on it, and an extended run keeps the supernet; begin another run "
          + "with 'regnas train'"
      )
    }
  }

  /// The supernet's file, its curves, and what the log says about its training.
  private static func copySupernet(of original: SearchRun, to folder: RunFolder) throws {
    for name in [RunFolder.supernetName, RunFolder.curveName] where original.folder.exists(name) {
      try AtomicFile.write(
        readFile(original.folder.file(name)),
        to: folder.file(name),
        storage: folder.storage
      )
    }
    for name in [MetricsLog.name, MetricsLog.timingName] where original.folder.exists(name) {
      let lines = try original.folder.read(name).split(separator: "\n").prefix {
        !$0.hasPrefix("{\"phase\": \"controller")
      }
      try folder.write(lines.map { $0 + "\n" }.joined(), to: name)
    }
  }
}
