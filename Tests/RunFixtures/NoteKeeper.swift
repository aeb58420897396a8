import Runs
import Search

/// Keeps what a run said.
package final class NoteKeeper: Reporter {
  package private(set) var notes: [String] = []
  package init() {}
  package func note(_ text: String) { notes.append(text) }
  package func progress(_ title: String, done: Int, total: Int, unit: String, detail: String) {}
  package func endProgress() {}
}
