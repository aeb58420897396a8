import AtomicFiles
import Configuration
import Families
import FlipMetrics
import Foundation
import HDF5
import Networks
import Runs

/// One method, space and seed of a study: the members that it ended with, and what they predict.
package struct StudyCell: Sendable {
  package var key: Key
  /// Everything that it was computed from, as names and values; not the computer.
  package var identity: Identity
  /// Codes of the members' architectures, by ascending budget.
  package var architectures: [String]
  /// Multiply-adds of one image, by member.
  package var macs: [Int]
  /// Predicted classes of each member.
  package var search: [[Int32]]
  package var test: [[Int32]]
  package var cost: Cost
  /// Libraries, device and threads that it was computed with.
  package var computer: String

  package typealias Identity = PredictionsFile.Identity

  package struct Key: Sendable, Hashable {
    package var space: String
    package var seed: UInt64
    package var method: StudyMethod

    /// `mobilenetv3-small-1-pct-kl.equal-cost`
    package var name: String { "\(space)-\(seed)-\(method)" }
  }

  /// Multiply-adds of everything that was trained and evaluated for the cell, a backward pass counted
  /// as two forward ones; for what cells share, in each of them.
  package struct Cost: Sendable, Hashable, Codable {
    package var training = 0.0
    package var search = 0.0
    /// Passes over the train split of each member's last training, the supernet's own for those that come
    /// out of one.
    package var epochs = 0
    package var total: Double { training + search }
  }

  /// The members' predictions for the images of the test split, or of the search split.
  package func predictions(_ classes: [[Int32]], labels: [Int32]) throws -> [Predictions] {
    try classes.map { try Predictions(classes: $0, labels: labels) }
  }
}

/// The file of a cell, format `regnas.cell`: small enough to be kept under version control.
///
///     attributes
///       space, seed, method, computer
///       training-macs, search-macs   float64
///       epochs                       int64
///     identity                       text: JSON of everything the cell follows from
///     architectures                  text [members]
///     macs                           int64 [members]
///     search, test                   uint8 or uint16 [members, images]: predicted class less the
///                                    label, modulo the number of classes, so 0 where it is right;
///                                    labels are in the study's `labels.h5`
package enum StudyCellFile {
  package static let format = "regnas.cell"
  package static let version = 1

  package static func write(
    _ cell: StudyCell,
    labels: StudyLabels,
    to path: String,
    storage: some Storage = SystemStorage()
  ) throws {
    let text = try PredictionsFile.text(cell.identity)
    let header = try FileHeader(format: format, version: version, of: text)
    try Artefact.write(header, to: path, storage: storage) { root in
      try root.setAttribute("space", cell.key.space)
      try root.setAttribute("seed", String(cell.key.seed))
      try root.setAttribute("method", "\(cell.key.method)")
      try root.setAttribute("computer", cell.computer)
      try root.setAttribute("training-macs", cell.cost.training)
      try root.setAttribute("search-macs", cell.cost.search)
      try root.setAttribute("epochs", cell.cost.epochs)
      try root.write("identity", strings: [text], shape: [])
      try root.write(
        "architectures",
        strings: cell.architectures,
        shape: [cell.architectures.count]
      )
      try root.write("macs", cell.macs.map(Int64.init))
      for (name, classes, truth) in [
        ("search", cell.search, labels.search), ("test", cell.test, labels.test),
      ] {
        let errors = classes.flatMap { zip($0, truth).map { labels.error($0, of: $1) } }
        let shape = [classes.count, truth.count]
        let layout = HDF5Layout.chunked([1, max(1, truth.count)], deflate: 9)
        if labels.classCount <= 256 {
          _ = try root.write(name, errors.map { UInt8($0) }, shape: shape, layout: layout)
        } else {
          _ = try root.write(name, errors.map { UInt16($0) }, shape: shape, layout: layout)
        }
      }
    }
  }

  /// Throws `HDF5Error`, also for a file that does not fit the labels.
  package static func read(_ path: String, labels: StudyLabels) throws -> StudyCell {
    do {
      return try content(of: path, labels: labels)
    } catch let error as HDF5Error where error.kind == .damagedFile {
      throw HDF5Error(
        .damagedFile,
        file: error.file,
        object: error.object,
        operation: error.operation,
        cause: error.cause,
        remedy: "Restore the file from a copy, or remove it: the study computes this cell again."
      )
    }
  }

  private static func content(of path: String, labels: StudyLabels) throws -> StudyCell {
    let root = try Artefact.open(path, expecting: format, readerVersion: version).file.root
    func damage(_ object: String, _ cause: String) -> HDF5Error {
      HDF5Error(.damagedFile, file: path, object: object, operation: "read", cause: cause)
    }
    let name: String = try root.attribute("method")
    let seed: String = try root.attribute("seed")
    guard let method = StudyMethod(name), let number = UInt64(seed) else {
      throw damage("method", "'\(name)' of the seed '\(seed)' is no method that this program knows")
    }
    let text = try root.readStrings("identity").values.first ?? ""
    guard
      let identity = try? JSONDecoder().decode(StudyCell.Identity.self, from: Data(text.utf8))
    else { throw damage("identity", "this is no JSON") }
    let architectures = try root.readStrings("architectures").values
    let macs = try root.read("macs", as: Int64.self).values.map(Int.init)
    func classes(_ split: String, _ truth: [Int32]) throws -> [[Int32]] {
      let dataset = try root.dataset(split)
      let errors =
        dataset.elementType == .uint8
        ? try dataset.read(as: UInt8.self).values.map(Int.init)
        : try dataset.read(as: UInt16.self).values.map(Int.init)
      guard dataset.shape == [architectures.count, truth.count], macs.count == architectures.count,
        errors.allSatisfy({ $0 < labels.classCount })
      else { throw damage(split, "it does not fit the members and the study's labels") }
      return architectures.indices.map { member in
        truth.indices.map { labels.prediction(errors[member * truth.count + $0], of: truth[$0]) }
      }
    }
    return StudyCell(
      key: .init(space: try root.attribute("space"), seed: number, method: method),
      identity: identity,
      architectures: architectures,
      macs: macs,
      search: try classes("search", labels.search),
      test: try classes("test", labels.test),
      cost: .init(
        training: try root.attribute("training-macs"),
        search: try root.attribute("search-macs"),
        epochs: try root.attribute("epochs")
      ),
      computer: try root.attribute("computer")
    )
  }
}
