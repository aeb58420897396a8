import Configuration

/// When a run saves itself, and what it does when that fails.
package final class RunSaver {
  package private(set) var writer: CheckpointWriter
  /// What is saved. Set by the run, which knows its stages.
  package var makeCheckpoint: () throws -> Checkpoint = { Checkpoint() }
  private let settings: RunConfiguration.Checkpoint
  private let metrics: MetricsLog
  private let services: RunServices
  private let clock = ContinuousClock()
  private var lastSave: ContinuousClock.Instant
  /// Whether the save under way was asked for by a signal.
  private var wasAsked = false

  package init(
    _ folder: RunFolder,
    settings: RunConfiguration.Checkpoint,
    metrics: MetricsLog,
    services: RunServices
  ) {
    writer = CheckpointWriter(CheckpointStore(folder, keep: settings.keep))
    self.settings = settings
    self.metrics = metrics
    self.services = services
    lastSave = clock.now
  }

  /// Which checkpoints of the folder did not verify. To be called before anything is saved.
  package func setDamaged(_ names: some Sequence<String>) {
    var store = writer.store
    store.damaged = Set(names)
    writer = CheckpointWriter(store)
  }

  private var folder: RunFolder { writer.store.folder }

  /// Between two steps: begins to save when it is time or asked for; saves and stops when asked to.
  ///
  /// A failed save (a full disk, say) does not end a run that is to go on: the run warns, keeps the
  /// earlier checkpoints, and tries again after the usual time.
  package func pause() throws {
    reportOutcome()
    if services.interruption.look() {
      try save()
      throw Interrupted(signal: services.interruption.signal, folder: folder.path)
    }
    // While one is being written no other is begun: a slow disk must not hold up the run.
    guard !writer.isBusy else { return }
    let isAsked = services.interruption.takeSaveRequest()
    guard isAsked || clock.now - lastSave >= .seconds(settings.every) else { return }
    wasAsked = isAsked
    lastSave = clock.now
    do {
      try metrics.flush()
    } catch {
      warn(error)
      return
    }
    writer.begin(try makeCheckpoint().snapshot())
  }

  /// Saves and waits until the disk has it: at the end of a stage and before stopping.
  ///
  /// Throws `HDF5Error` or `StorageError`; the run can then go on from the checkpoint before.
  package func save() throws {
    finish()
    lastSave = clock.now
    try metrics.flush()
    try writer.store.save(makeCheckpoint().snapshot())
  }

  /// Waits for a save under way.
  package func finish() {
    writer.wait()
    reportOutcome()
  }

  private func reportOutcome() {
    switch writer.takeOutcome() {
    case .failure(let error): warn(error)
    case .success(let name) where wasAsked:
      wasAsked = false
      services.reporter.note("saved \(folder.file(name))")
    case .success, nil: break
    }
  }

  private func warn(_ error: any Error) {
    services.reporter.note(
      "warning: no checkpoint was saved (\(error)); earlier ones are intact, the next try is in "
        + "\(settings.every) s"
    )
  }
}
