import Configuration
import Controller
import Decisions
import HDF5
import ImageData
import RandomStreams
import SearchSpaces
import Supernet
import Torch
import Training

/// One run: trains a supernet, then searches the members of a family, smallest budget first.
///
/// The run is a sequence of small steps (one training step, one evaluation), between which it can
/// save itself and stop. What it does depends only on the configuration and the data, never on
/// when it saved: an interrupted and resumed run ends with the same bytes.
///
/// ```swift
/// let run = try SearchRun.start(configuration, in: folder, services: services)
/// try run.train()
/// let family = try run.sampleFamily(
///   FamilySettings(configuration), to: folder.file("family.h5"), overwrite: false)
/// ```
public final class SearchRun {
  /// What a run needs from its surroundings.
  public struct Services {
    public var reporter: any Reporter
    public var interruption: Interruption

    public init(reporter: any Reporter, interruption: Interruption) {
      self.reporter = reporter
      self.interruption = interruption
    }
  }

  package enum Phase: String {
    case supernet, members, finished
  }

  public let folder: RunFolder
  public let configuration: RunConfiguration
  let services: Services
  package let setting: RunSetting
  package let writer: CheckpointWriter
  let metrics: MetricsLog
  let timing: MetricsLog
  let clock = ContinuousClock()
  var lastSave: ContinuousClock.Instant
  /// Whether the save under way was asked for by a signal.
  var wasAskedToSave = false

  // What a checkpoint holds.
  package var phase = Phase.supernet
  var trainer: NetworkTrainer?
  var supernetDigest = ""
  package var members = MemberProgress()
  package var evaluator: ArchitectureEvaluator?

  init(
    folder: RunFolder,
    configuration: RunConfiguration,
    services: Services
  ) throws {
    self.folder = folder
    self.configuration = configuration
    self.services = services
    setting = try RunSetting(configuration)
    writer = CheckpointWriter(CheckpointStore(folder, keep: configuration.checkpoint.keep))
    metrics = MetricsLog(folder.file(MetricsLog.name), storage: folder.storage)
    timing = MetricsLog(folder.file(MetricsLog.timingName), storage: folder.storage)
    lastSave = clock.now
  }

  /// Begins a run in a fresh folder. All that can be checked is checked before anything is written
  /// to it or computed.
  public static func start(
    _ configuration: RunConfiguration,
    in folder: @autoclosure () throws -> RunFolder,
    services: Services
  ) throws -> SearchRun {
    try RunSetting.check(configuration)
    let folder = try folder()
    try folder.write(configuration.yaml, to: "config.yaml")
    return try SearchRun(folder: folder, configuration: configuration, services: services)
  }

  /// Goes on from the newest checkpoint that verifies; newer ones that do not are told of.
  ///
  /// Throws ``RunError/mismatch(what:differences:)`` when the configuration, the data set or the
  /// supernet are no longer those of the checkpoint.
  public static func resume(
    _ folder: RunFolder,
    configuration: RunConfiguration,
    services: Services
  ) throws -> SearchRun {
    let run = try SearchRun(folder: folder, configuration: configuration, services: services)
    guard !run.writer.store.names().isEmpty else {
      services.reporter.note("no checkpoint yet: starting from the beginning")
      run.metrics.truncate(to: 0)
      return run
    }
    let (checkpoint, name, skipped) = try run.writer.store.newest()
    for reason in skipped { services.reporter.note("skipped a checkpoint: \(reason)") }
    try run.restore(checkpoint, name: name)
    services.reporter.note("going on from \(folder.file(name))")
    return run
  }

  public var isFinished: Bool { phase == .finished }

  /// Trains the supernet, if that is not done, and stops there: ``train()`` goes on. Throws
  /// ``Interrupted`` after saving when asked to stop.
  public func trainSupernet() throws {
    defer { finishSaving() }
    if phase == .supernet { try makeSupernet() }
    services.reporter.endProgress()
  }

  /// Runs to the end. Throws ``Interrupted`` after saving when asked to stop.
  public func train() throws {
    defer { finishSaving() }
    if phase == .supernet { try makeSupernet() }
    if phase == .members {
      try searchMembers()
      phase = .finished
      try save()
    }
    services.reporter.endProgress()
  }
}
