import Configuration
import HDF5
import Runs
import SearchSpaces
import Supernet

/// A supernet file that a key names, as far as a run can use it.
struct NamedSupernet {
  /// The phases its weights have been through.
  let history: [String]
  /// What is done to its weights, a line each.
  let notes: [String]

  /// Reads and checks everything, values too. Where `isStart`, classes and channels may differ: what
  /// depends on them is made anew.
  ///
  /// Throws ``RunError/invalidInput(_:)``, ``SupernetError/unusableValues(file:tensors:)`` or
  /// `HDF5Error`.
  init(_ path: String, key: String, space: any ConfiguredSpace, isStart: Bool = false) throws {
    let information = try SupernetFile.information(path: path)
    let found = information.space
    let name = "\(path) (\(key))"
    let fit: SupernetFit
    do {
      fit = try SupernetFit(path, of: space)
    } catch SupernetError.wrongSpace {
      let reason =
        found.name == space.name
        ? "it is of the space '\(found.name)' in another configuration (such as its widths)"
        : "it is of the space '\(found.name)', the run's is '\(space.name)'"
      throw RunError.invalidInput("\(name) does not fit: \(reason)")
    }
    guard isStart || fit.isWhole else {
      throw RunError.invalidInput("\(name) does not fit: \(Self.difference(fit, key: key))")
    }
    let untrained = information.noteOnUntrained
    if let untrained, !isStart {
      throw RunError.invalidInput(
        "\(name): \(untrained). "
          + (key == "supernet.file"
            ? "Train from it: give it as supernet.initial"
            : "Give a file that was trained as a whole")
      )
    }
    try SupernetFile.checkValues(path: path)
    history = (information.provenance[SupernetRecipe.historyKey] ?? "").split(separator: ",")
      .map { String($0.drop { $0 == " " }) }
    notes =
      (untrained.map { ["warning: \(key): \($0)"] } ?? [])
      + fit.notes.map { "\(key): \($0)" }
  }

  private static func difference(_ fit: SupernetFit, key: String) -> String {
    let (found, expected) = (fit.found, fit.expected)
    let what =
      found.classes != expected.classes
      ? "it has \(found.classes) classes, the data set has \(expected.classes)"
      : "its images have \(found.channels) channel\(found.channels == 1 ? "" : "s"), those of the data "
        + "set \(expected.channels)"
    return what
      + (key == "supernet.file"
        ? "; give it as supernet.initial: then the network is trained on from all weights that fit"
        : "; give one that was trained for this data set")
  }
}
