/// What `run.json` keeps of a run's beginning. It helps to find inputs that moved; results do not
/// depend on it.
package struct RunBeginning: Codable, Sendable {
  /// Where the program was: relative paths are understood from there.
  package var directory: String
  /// Of the content of the data set.
  package var dataDigest: String
  /// What the program last said about the run, such as "finished".
  package var state: String?

  package init(directory: String, dataDigest: String) {
    self.directory = directory
    self.dataDigest = dataDigest
  }
}
