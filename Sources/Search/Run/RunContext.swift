import AtomicFiles
import Configuration
import Runs
import TensorBoard

/// What the stages of a run share: where it lies, what it is to do, where it reports what it is
/// doing, and how it saves itself.
package final class RunContext {
  package let folder: RunFolder
  /// As the run was made. Files that it names may have moved since: `setting.configuration` says where
  /// they are.
  package let configuration: RunConfiguration
  /// What the configuration stands for, opened and checked.
  package let setting: RunSetting
  let reporter: any Reporter
  let interruption: Interruption
  /// Nil for a run that is only read.
  let saver: RunSaver?
  let metrics: MetricsLog
  /// What depends on the clock.
  let timing: MetricsLog

  /// A run is opened for writing if its folder is held, else for reading: then nothing in the
  /// folder changes.
  init(
    _ folder: RunFolder,
    configuration: RunConfiguration,
    setting: RunSetting,
    services: RunServices
  ) {
    self.folder = folder
    self.configuration = configuration
    reporter = services.reporter
    interruption = services.interruption
    self.setting = setting
    metrics = MetricsLog(folder.file(MetricsLog.name), storage: folder.storage)
    timing = MetricsLog(folder.file(MetricsLog.timingName), storage: folder.storage)
    saver =
      folder.isHeld
      ? RunSaver(folder, settings: configuration.checkpoint, metrics: metrics, services: services)
      : nil
  }

  /// Begins to write curves for TensorBoard, if that is asked for: first what the log has already.
  ///
  /// They follow the log and no result depends on them, so a run goes on where they cannot be written.
  func beginCurves() {
    guard configuration.runtime.tensorboard, metrics.follower == nil else { return }
    let path = folder.file(RunFolder.eventsName)
    do {
      let log = folder.exists(MetricsLog.name) ? try folder.read(MetricsLog.name) : ""
      let events = try EventFolder(path, log: log, storage: folder.storage)
      metrics.follower = { [unowned self] phase, step, values in
        do {
          try events.append(phase: phase, step: step, values)
        } catch {
          endCurves(error)
        }
      }
      reporter.note("curves: tensorboard --logdir \(shellQuoted(path))")
    } catch {
      endCurves(error)
    }
  }

  private func endCurves(_ error: any Error) {
    metrics.follower = nil
    reporter.note(
      "warning: the curves for TensorBoard end here (\(error)); the run goes on, and 'regnas resume' writes "
        + "them anew"
    )
  }

  /// Between two steps: the run may save itself here, and stops here when asked to.
  ///
  /// Throws ``Interrupted``, and what saving before a stop throws.
  func pause() throws {
    if let saver { return try saver.pause() }
    if interruption.look() {
      throw Interrupted(signal: interruption.signal, folder: folder.path)
    }
  }

  /// Where there is nothing yet to save: stops when asked to.
  func stopIfAsked() throws {
    guard interruption.isRequested else { return }
    throw Interrupted(signal: interruption.signal, folder: folder.path)
  }

  /// Saves and waits until the disk has it.
  func save() throws { try saver?.save() }
}
