import HDF5

// When a run saves itself, and what it does when that fails.
extension SearchRun {
  /// Between two steps: begins to save when it is time or asked for; saves and stops when asked to.
  ///
  /// A save in passing that fails (a full disk, say) does not end the run: it warns, the earlier
  /// checkpoints stay, and it tries again after the usual time.
  func pause() throws {
    tellOutcome()
    if services.interruption.look() {
      try save()
      throw Interrupted(signal: services.interruption.signal, folder: folder.path)
    }
    // While one is being written no other is begun: a slow disk must not hold up the run.
    guard !writer.isBusy else { return }
    let isAsked = services.interruption.takeSaveRequest()
    guard isAsked || clock.now - lastSave >= .seconds(configuration.checkpoint.every) else {
      return
    }
    wasAskedToSave = isAsked
    lastSave = clock.now
    do {
      try metrics.flush()
    } catch {
      warn(error)
      return
    }
    writer.begin(try checkpoint().snapshot())
  }

  /// Saves and waits until the disk has it: at the end of a phase and before stopping.
  ///
  /// Throws `HDF5Error` or `StorageError`; the run can then go on from the checkpoint before.
  func save() throws {
    finishSaving()
    lastSave = clock.now
    try metrics.flush()
    try writer.store.save(checkpoint().snapshot())
  }

  /// Waits for a save under way.
  func finishSaving() {
    writer.wait()
    tellOutcome()
  }

  private func tellOutcome() {
    switch writer.takeOutcome() {
    case .failure(let error): warn(error)
    case .success(let name) where wasAskedToSave:
      wasAskedToSave = false
      services.reporter.note("saved \(folder.file(name))")
    case .success, nil: break
    }
  }

  private func warn(_ error: any Error) {
    services.reporter.note(
      "warning: no checkpoint was saved (\(error)); earlier ones are intact, the next try is in "
        + "\(configuration.checkpoint.every) s"
    )
  }
}
