import Latency

extension RunSetting {
  /// What is done to the weights that a run begins from, and what is to be known about its other input
  /// files, a line each: shown by `--dry-run`, and noted when the run begins.
  /// `recipe` is nil where the supernet is made already.
  package func inputNotes(_ recipe: SupernetRecipe?) throws -> [String] {
    var lines = recipe?.notes ?? []
    if configuration.search.metric == .latency, let path = configuration.search.latencyTable,
      let note = try LatencyTable.read(path).note(on: .current(device))
    {
      lines.append("search.latencyTable: \(note)")
    }
    return lines
  }
}
