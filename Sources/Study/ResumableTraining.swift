import AtomicFiles
import Families
import Foundation
import HDF5
import Runs
import Search
import TensorFiles
import Torch
import Training

/// A training that keeps its state in one file, so that one that was stopped or killed goes on from there,
/// to the same weights.
struct ResumableTraining {
  static let format = "regnas.training"

  let path: String
  let services: RunServices
  var storage: any Storage = SystemStorage()
  /// Seconds between two states.
  var every = 60.0

  /// Trains to the end. The file stays until ``discard()``.
  ///
  /// Throws ``Interrupted`` after saving when asked to stop.
  func run(
    _ trainer: NetworkTrainer,
    called title: String,
    identity: String,
    batches: (_ fromStep: Int) throws -> TrainingBatches
  ) throws {
    if let state = try read(SHA256.of(identity)) { try trainer.restore(state) }
    let batches = try batches(trainer.stepsDone)
    let clock = ContinuousClock()
    var saved = clock.now
    while !trainer.isFinished {
      _ = try trainer.step(batches.next())
      services.reporter.progress(
        title,
        done: trainer.stepsDone,
        total: trainer.steps,
        unit: "steps",
        detail: ""
      )
      let isStopping = services.interruption.look()
      if isStopping || clock.now - saved > .seconds(every) {
        try write(trainer, identity)
        saved = clock.now
      }
      if isStopping { throw Interrupted(signal: services.interruption.signal, folder: "") }
    }
    services.reporter.endProgress()
  }

  func discard() { try? storage.remove(path) }

  private func write(_ trainer: NetworkTrainer, _ identity: String) throws {
    let header = try FileHeader(format: Self.format, of: identity)
    try Artefact.write(header, to: path, storage: storage) { root in
      try root.createGroup("state").write(tensors: trainer.state())
    }
  }

  /// Nil where there is none, or one of another training: a file that is damaged is said and passed over.
  private func read(_ digest: String) throws -> [String: Tensor]? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do {
      let file = try Artefact.open(path, expecting: Self.format, readerVersion: 1)
      guard file.header.configurationDigest == digest else { return nil }
      return try file.file.root.group("state").tensors()
    } catch let error as HDF5Error {
      services.reporter.note(
        "\(path): this training begins anew, its state cannot be read: \(error)"
      )
      return nil
    }
  }
}
