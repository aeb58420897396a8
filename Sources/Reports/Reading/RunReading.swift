import Configuration
import Families
import Foundation
import HDF5
import Runs
import Search
import SearchSpaces
import Supernet

/// What a run's folder says, at any time of the run. Reads only.
struct RunReading {
  let configuration: RunConfiguration
  let log: MetricsText
  /// Of its newest checkpoint that verifies; nil where there is none.
  private(set) var phase: String?
  private(set) var progress: MemberProgress?
  private(set) var supernetStep: Int?
  /// What `run.json` says the program last said, such as `interrupted`.
  let state: String?
  private(set) var space: (any ConfiguredSpace)?
  private(set) var notes: [String] = []

  /// - Parameter needsProgress: whether checkpoints are read; a family has all that is in them.
  /// - Throws: ``RunError`` for a configuration that cannot be read.
  init(_ folder: RunFolder, needsProgress: Bool) throws {
    configuration = try folder.configuration()
    log = MetricsText(folder.exists(MetricsLog.name) ? try folder.read(MetricsLog.name) : "")
    state = folder.beginning?.state
    if log.unreadable > 0 {
      notes.append(
        "\(NumberText.count(log.unreadable, "line")) of \(MetricsLog.name) cannot be read and "
          + "\(log.unreadable == 1 ? "is" : "are") left out of the curves."
      )
    }
    guard needsProgress else { return }
    try readCheckpoint(folder)
    guard progress?.history.isEmpty == false else { return }
    do {
      let path = folder.file(RunFolder.supernetName)
      space = try SupernetFile.information(path: path).space.makeSpace()
    } catch {
      notes.append(
        "Evaluated architectures are left out, since their space cannot be read: \(error)"
      )
    }
  }

  private mutating func readCheckpoint(_ folder: RunFolder) throws {
    let store = CheckpointStore(folder, keep: 1)
    guard !store.names().isEmpty else { return }
    do {
      let (checkpoint, _, skipped) = try store.newest()
      phase = checkpoint.texts["phase"]
      progress = try MemberProgress(restoring: checkpoint, under: "members/")
      supernetStep = try checkpoint.tensors["trainer/steps"].map { Int(try $0.scalar()) }
      notes += skipped.map { "A checkpoint was skipped: \($0)" }
    } catch RunError.noUsableCheckpoint(_, let reasons) {
      notes += reasons.map { "A checkpoint was skipped: \($0)" }
    }
  }

  /// Two sentences.
  var verdict: String { stand + " " + best }

  private var stand: String {
    let members = configuration.search.budgets.count
    let seen: String
    switch phase {
    case "finished":
      return "This run has finished its search, and no family has been sampled from it yet."
    case "members":
      let chosen = progress?.chosen.count ?? 0
      seen =
        "its supernet is trained, \(chosen) of \(members) members \(chosen == 1 ? "is" : "are") "
        + "chosen, and the controller of member \(min(chosen + 1, members)) has made "
        + "\(progress?.update ?? 0) of \(configuration.controller.updates) updates"
    case "tuning": seen = "its \(members) members are chosen and being trained on together"
    case "supernet": seen = "its supernet has been trained for \(supernetStep ?? 0) steps"
    default: seen = "it has not saved itself yet"
    }
    let isSaid = state.map { !["running", "finished"].contains($0) } ?? false
    let last = isSaid ? " (\(state ?? ""))" : ""
    return "This run is not finished\(last): \(seen)."
  }

  private var best: String {
    guard let history = progress?.history,
      let best = history.max(by: { $0.reward < $1.reward })
    else { return "No architecture has been evaluated yet." }
    return "Of \(NumberText.count(history.count, "evaluation")) so far the best has a reward of "
      + "\(NumberText.decimals(best.reward)): accuracy \(NumberText.percent(best.accuracy)) %, negative "
      + "flips \(NumberText.percent(best.negativeFlipRate)) %, for member \(best.member + 1)."
  }
}
