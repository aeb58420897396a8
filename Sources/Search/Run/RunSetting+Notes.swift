import Configuration
import Latency

extension RunSetting {
  /// What is done to the inputs of a run, or to be known about them, a line each: shown by
  /// `--dry-run`, and noted when the run begins.
  package func notes(_ configuration: RunConfiguration) throws -> [String] {
    var lines = recipe.notes
    if configuration.search.metric == .latency, let path = configuration.search.latencyTable,
      let note = try LatencyTable.read(path).note(on: .current(device))
    {
      lines.append("search.latencyTable (\(path)): \(note)")
    }
    return lines
  }
}
