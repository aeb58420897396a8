import AtomicFiles
import Foundation
import Runs
import Study

/// The figures of the studies in a folder, as `regnas study` wrote them.
enum StudyReading {
  /// Whether the folder has figures of a study.
  static func isStudy(_ folder: String) -> Bool {
    names(in: folder).contains(StudySummary.fileName)
  }

  private static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  /// By the names of the studies, then as the files have them.
  ///
  /// Throws `StorageError`, and ``RunError/invalidInput(_:)`` where no file has figures.
  static func figures(in folder: String, notes: inout [String]) throws -> [StudyFigures] {
    var figures: [StudyFigures] = []
    for name in names(in: folder) where name.hasSuffix(".json") && name != StudySummary.fileName {
      let path = "\(folder)/\(name)"
      do {
        figures += try JSONDecoder().decode([StudyFigures].self, from: Data(readFile(path)))
      } catch is DecodingError {
        notes.append("\(name) has no figures of a study and is left out.")
      }
    }
    guard !figures.isEmpty else {
      throw RunError.invalidInput(
        "\(folder): there are no figures of a study; make them with 'regnas study FILE --out "
          + "\(shellQuoted(folder)) --figures-only'"
      )
    }
    return figures
  }

  /// Two sentences about the first study that has a method of ours.
  static func verdict(_ figures: [StudyFigures]) -> String {
    let spaces = figures.count
    let methods = Set(figures.flatMap { $0.methods.map(\.method) }).count
    let first =
      "\(NumberText.count(methods, "method")) beside each other in "
      + "\(NumberText.count(spaces, "space")) of "
      + Set(figures.map(\.dataSet)).sorted().joined(separator: ", ") + "."
    let lines = figures.compactMap { one -> String? in
      guard let ours = one.ours,
        let method = one.methods.first(where: { $0.method == ours })
      else { return nil }
      let least = one.methods.filter { $0.method != ours }
        .min { $0.negativeFlipRate.mean < $1.negativeFlipRate.mean }
      let other = least.map {
        ", the best other method (\($0.method)) \(NumberText.percent($0.negativeFlipRate)) %"
      }
      return "\(one.dataSet), \(one.space): a larger member of \(ours) loses "
        + "\(NumberText.percent(method.negativeFlipRate)) % of the images on average over its pairs"
        + (other ?? "")
    }
    return first
      + (lines.isEmpty
        ? " No method of ours is among them." : " " + lines.joined(separator: "; ") + ".")
  }
}
