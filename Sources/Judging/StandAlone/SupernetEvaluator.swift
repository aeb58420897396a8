import AtomicFiles
import Decisions
import Families
import FlipMetrics
import Foundation
import HDF5
import ImageData
import RandomStreams
import Runs
import Search
import SearchSpaces
import Supernet
import Torch

/// Judges a supernet by a set of its architectures: with the weights they inherit, and beside that,
/// if asked for, trained alone.
///
/// With a folder, every network's predictions are kept in it as soon as they are made: an evaluation
/// that was stopped goes on after the last network that was finished, and ends with the same bytes.
package struct SupernetEvaluator {
  package struct Settings: Sendable {
    package var split = Split.search
    /// Seeds of stand-alone training, counted up from that of the supernet; 0 trains none.
    package var aloneSeeds = 0
    /// Where predictions and `evaluation.json` are kept; nil keeps nothing.
    package var folder: String?
    /// Where predictions of stand-alone networks are kept instead: other supernets trained by the same
    /// recipe on the same data find them there.
    package var aloneFolder: String?

    package init() {}
  }

  package let subject: EvaluationSubject
  package let settings: Settings
  package let services: RunServices
  package let latencies: CostTable?
  package let store: PredictionsStore?
  package let aloneStore: PredictionsStore?
  package let calibration: [Tensor]
  private let storage: any Storage

  /// - Parameter latencies: a table of the supernet's space, in nanoseconds.
  package init(
    _ subject: EvaluationSubject,
    settings: Settings,
    latencies: CostTable? = nil,
    services: RunServices,
    storage: any Storage = SystemStorage()
  ) throws {
    self.subject = subject
    self.settings = settings
    self.latencies = latencies
    self.services = services
    self.storage = storage
    let labels = PredictionsFile.Content(
      search: subject.images.search.labels,
      test: subject.images.test.labels
    )
    func store(_ folder: String) throws -> PredictionsStore {
      let digests = PredictionsFile.SplitDigests(
        search: try subject.data.digest(of: .search),
        test: try subject.data.digest(of: .test)
      )
      return try PredictionsStore(folder, labels: labels, digests: digests, storage: storage)
    }
    self.store = try settings.folder.map { try store($0 + "/inherited") }
    aloneStore = try (settings.aloneFolder ?? settings.folder.map { $0 + "/alone" }).map(store)
    calibration = try subject.images.calibrationBatches()
  }

  /// Throws ``Interrupted`` when asked to stop.
  package func evaluate(_ selection: ArchitectureSelection) throws -> SupernetEvaluation {
    let entries = selection.entries
    let inherited = try predictInherited(entries)
    var alone: [[FlipMetrics.Predictions]] = []
    if settings.aloneSeeds > 0 { alone = try predictAlone(entries) }
    services.reporter.endProgress()
    let evaluation = try judge(entries, inherited: inherited, alone: alone)
    if let folder = settings.folder {
      try AtomicFile.write(
        Array(evaluation.json().utf8),
        to: folder + "/" + SupernetEvaluation.fileName,
        storage: storage
      )
    }
    return evaluation
  }
}
