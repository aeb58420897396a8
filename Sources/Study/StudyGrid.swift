import AtomicFiles
import Configuration
import Families
import Foundation
import HDF5
import ImageData
import Runs
import Search

/// The cells of a study: found in their files, or computed.
///
/// Any number of processes may compute the cells of one study, on one file system: each takes what no
/// other is at. One that is stopped or killed loses a minute at most.
package final class StudyGrid {
  package let study: StudyConfiguration
  package let labels: StudyLabels
  /// Where cells are kept: `OUT/cells/NAME`.
  package let cellFolder: String
  private let data: ImageDataset?
  let workFolder: String
  let services: RunServices
  let storage: any Storage
  /// The last one used: each holds images in memory.
  var lastBench: StudyBench?

  /// - Parameters:
  ///   - out: the folder of figures; cells are kept in `cells/NAME` in it.
  ///   - work: where runs and networks are kept.
  ///   - readsOnly: whether nothing is computed: then the data set is not needed.
  ///
  /// Throws ``RunError/invalidInput(_:)`` where the folder's cells are of another data set or another study.
  package init(
    _ study: StudyConfiguration,
    out: String,
    work: String,
    readsOnly: Bool,
    services: RunServices,
    storage: any Storage = SystemStorage()
  ) throws {
    self.study = study
    self.services = services
    self.storage = storage
    cellFolder = "\(out)/cells/\(study.name)"
    workFolder = "\(work)/\(study.name)"
    let path = cellFolder + "/" + StudyLabels.fileName
    let known =
      FileManager.default.fileExists(atPath: path) ? try StudyLabels(contentsOf: path) : nil
    if let known, known.name != study.name {
      throw RunError.invalidInput(
        "\(cellFolder): its cells are of the study '\(known.name)', not of '\(study.name)'; give "
          + "another --out, or rename the study"
      )
    }
    if known == nil { try Self.checkFigures(of: study.name, in: out) }
    _ = try StudySummary.read("\(out)/\(StudySummary.fileName)")
    let isDataThere = FileManager.default.fileExists(atPath: study.data)
    if readsOnly {
      guard let known else {
        throw ConfigurationError(
          place: cellFolder,
          message: "there are no cells of the study '\(study.name)'; compute them first, without "
            + "--figures-only"
        )
      }
      guard isDataThere else {
        data = nil
        labels = known
        services.reporter.note(
          "warning: \(study.data): the data set is not there, so cells are found by name: whether they "
            + "were made under the keys of this file is not checked"
        )
        return
      }
    } else {
      try Self.checkPlace(cellFolder, option: "--out")
      try Self.checkPlace(work, option: "--work")
    }
    guard isDataThere else {
      throw RunError.inputIsAway(key: "data", path: study.data, soughtIn: [])
    }
    let data = try ImageDataset.open(study.data)
    self.data = data
    labels = try StudyLabels(data, name: study.name)
    if let known {
      guard known.dataDigest == labels.dataDigest else {
        throw RunError.invalidInput(
          "\(cellFolder): its cells are of another data set (content sha256 \(known.dataDigest)) than "
            + "\(study.data) (\(labels.dataDigest)); give the study another name, or the data set that "
            + "it began with"
        )
      }
    }
  }

  /// Refuses a folder that has files of the names of figures, and no cells that these could be of.
  private static func checkFigures(of name: String, in folder: String) throws {
    for ending in ["md", "csv", "json"] {
      let path = "\(folder)/\(name).\(ending)"
      guard FileManager.default.fileExists(atPath: path) else { continue }
      throw ConfigurationError(
        place: path,
        message: "this file is there, and the folder has no cells of a study '\(name)'; move it "
          + "elsewhere, or give another --out"
      )
    }
  }

  /// Refuses a folder that cannot be written to, or cannot be made.
  private static func checkPlace(_ path: String, option: String) throws {
    guard !path.isEmpty else {
      throw ConfigurationError(place: option, message: "it is empty; give a folder")
    }
    let place = OutputFile.existingPart(of: path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder), isFolder.boolValue
    else {
      throw ConfigurationError(
        place: option,
        message: "\(place) is no folder, so nothing can be kept in \(path); give another"
      )
    }
    guard access(place, W_OK) == 0 else { throw StorageError(place, "write to", code: errno) }
  }

  /// By seed, then space, then method: one seed of all is there first.
  package var keys: [StudyCell.Key] {
    study.seeds.flatMap { seed in
      study.spaces.flatMap { space in
        study.allMethods.map { .init(space: space, seed: seed, method: $0) }
      }
    }
  }

  /// Checks all that can be refused before anything is computed: spaces, budgets, keys.
  package func check() throws {
    for space in study.spaces {
      for method in study.allMethods where !method.approach.isApart {
        _ = try RunCheck(
          study.run(space: space, seed: study.seeds[0]).adapted(to: method.approach),
          at: nil,
          overwrite: false
        )
      }
    }
    for rate in [study.pctKL.learningRate, study.pctLM.learningRate, study.elodi.learningRate] {
      try (rate.map(study.alone.peaking) ?? study.alone).validate()
    }
  }

  // MARK: Known cells

  /// The cells that are there, in order, and those that are missing; and the names of files in the folder
  /// that hold no cell of the study as it is described now.
  package func known() throws -> (cells: [StudyCell], missing: [StudyCell.Key], others: [String]) {
    var cells: [StudyCell] = []
    var missing: [StudyCell.Key] = []
    var names: Set<String> = [StudyLabels.fileName]
    for key in keys {
      guard let name = try knownFile(key) else {
        missing.append(key)
        continue
      }
      names.insert(name)
      cells.append(try read(name, key))
    }
    let others = try contents().filter { !names.contains($0) && !$0.hasPrefix(".") }
    return (cells, missing, others)
  }

  private func contents() throws -> [String] {
    guard FileManager.default.fileExists(atPath: cellFolder) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: cellFolder).sorted()
  }

  /// The name of the file that holds a cell, nil where there is none: the one that the description asks for
  /// or, where the data set is not at hand to tell which that is, the only one of the key.
  func knownFile(_ key: StudyCell.Key) throws -> String? {
    if data != nil {
      let name = try fileName(key)
      return FileManager.default.fileExists(atPath: cellFolder + "/" + name) ? name : nil
    }
    let prefix = key.name + "-"
    let found = try contents().filter {
      // A digest follows, so that one method's name may begin another's.
      $0.hasPrefix(prefix) && $0.hasSuffix(".h5") && !$0.dropFirst(prefix.count).contains("-")
        && $0.dropFirst(prefix.count).count == 15
    }
    guard found.count < 2 else {
      throw RunError.invalidInput(
        "\(cellFolder): there are \(found.count) cells \(key.name), made under different keys "
          + "(\(found.joined(separator: ", "))); the data set tells which is meant: give it with --data"
      )
    }
    return found.first
  }

  func fileName(_ key: StudyCell.Key) throws -> String {
    let text = try PredictionsFile.text(identity(key))
    return "\(key.name)-\(try SHA256.of(text).prefix(12)).h5"
  }

  func identity(_ key: StudyCell.Key) throws -> StudyCell.Identity {
    try StudyIdentity(study, bench(key).setting, method: key.method).parts
  }

  func read(_ name: String, _ key: StudyCell.Key) throws -> StudyCell {
    let path = cellFolder + "/" + name
    let cell: StudyCell
    do {
      cell = try StudyCellFile.read(path, labels: labels)
    } catch let error as HDF5Error {
      throw RunError.invalidInput(
        "\(path): the cell cannot be read (\(error.cause)); restore the file from a copy, or remove it: then "
          + "the cell is computed again"
      )
    }
    guard cell.key == key else {
      throw RunError.invalidInput(
        "\(path): the file holds the cell \(cell.key.name), not \(key.name); put it back under its name"
      )
    }
    return cell
  }
}
