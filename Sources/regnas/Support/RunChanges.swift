import ArgumentParser
import Configuration
import Foundation
import Runs

/// What may be said anew about a run that is there.
struct RunChanges: ParsableArguments {
  @Option(help: "Where the data set file is now, if it has moved.")
  var data: String?

  @Option(
    name: .long,
    help: "Set one configuration key, or say where a file that a key names is now. May be repeated."
  )
  var set: [String] = []

  /// The stored configuration with what was set, and the files that have moved, by their keys.
  func apply(to folder: RunFolder) throws -> (RunConfiguration, moved: [String: String]) {
    UnusedEnvironment.note()
    let stored = try folder.configurationSources()
    var sources = stored
    for assignment in set { try sources.set(assignment, place: "--set") }
    if let data { try sources.set("data.file", to: data, place: "--data") }
    return stored.configuration.separatingMovedFiles(sources.configuration)
  }
}

/// `REGNAS_...` variables set keys where a run begins. Elsewhere what a run was made with counts, and a
/// variable that is passed over is named.
enum UnusedEnvironment {
  static func note() {
    let names = ConfigurationSources.names(in: ProcessInfo.processInfo.environment)
    guard !names.isEmpty else { return }
    // The process may replace itself, and would say it twice.
    WaitPolicy.apply()
    Console.error(
      "warning: \(names.joined(separator: ", ")): not used by this command; keys are set by variables "
        + "where a run begins, and here by --set key=value"
    )
  }
}
