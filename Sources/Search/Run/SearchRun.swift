import Configuration
import Families
import Foundation
import Runs

/// One run: trains a supernet, then searches the members of a family, smallest budget first.
///
/// The run is a list of stages, and each a sequence of small steps (one training step, one
/// evaluation), between which it can save itself and stop. What it does depends only on the
/// configuration and the data, never on when it saved: an interrupted and resumed run ends with the
/// same bytes.
///
/// ```swift
/// let run = try SearchRun.start(configuration, in: folder, services: services)
/// try run.train()
/// let family = try run.sampleFamily(
///   FamilySettings(configuration), to: folder.file("family.h5"), overwrite: false)
/// ```
public final class SearchRun {
  package let context: RunContext
  private let stages: [any RunStage]
  /// The stage under way, by its place; their number when all are done.
  var position = 0
  /// Whether its search begins here, and not at a checkpoint.
  var isNew = false
  package var products = RunProducts()
  /// Why newer checkpoints than the one the run was read from were skipped.
  private(set) var skipped: [String] = []

  /// What a checkpoint says when all stages are done.
  static let finishedPhase = "finished"

  init(_ context: RunContext) {
    self.context = context
    var stages: [any RunStage] = [SupernetStage(context), MemberSearch(context)]
    if context.configuration.family.tuning.epochs > 0 { stages.append(FamilyTuning(context)) }
    self.stages = stages
    context.saver?.makeCheckpoint = { [unowned self] in try checkpoint() }
  }

  public var folder: RunFolder { context.folder }
  /// What `run.json` is to keep of the run's beginning.
  package var beginning: RunBeginning {
    folder.beginning
      ?? RunBeginning(
        directory: FileManager.default.currentDirectoryPath,
        dataDigest: context.setting.data.digest
      )
  }
  public var configuration: RunConfiguration { context.configuration }
  public var isFinished: Bool { position == stages.count }
  /// The stage under way, as checkpoints name it; `finished` after the last.
  package var phase: String {
    isFinished ? Self.finishedPhase : type(of: stages[position]).phase
  }

  /// Begins a run in a fresh folder. All that can be checked is checked before anything is written
  /// to it or computed.
  public static func start(
    _ configuration: RunConfiguration,
    in folder: @autoclosure () throws -> RunFolder,
    services: RunServices
  ) throws -> SearchRun {
    try start(
      RunCheck(configuration, at: nil, overwrite: false),
      in: folder(),
      services: services
    )
  }

  /// The same for a configuration that is checked, so that its files are read once.
  package static func start(
    _ check: RunCheck,
    in folder: @autoclosure () throws -> RunFolder,
    services: RunServices
  ) throws -> SearchRun {
    let configuration = check.setting.configuration
    let folder = try folder()
    do {
      try folder.write(configuration.yaml, to: RunFolder.configurationName)
      noteLocks(of: folder, services)
      let run = SearchRun(
        RunContext(
          folder,
          configuration: configuration,
          setting: check.setting,
          services: services
        )
      )
      run.isNew = true
      return run
    } catch {
      _ = folder.giveUp()
      throw error
    }
  }

  /// Goes on from the newest checkpoint that verifies; newer ones that do not are reported.
  ///
  /// A folder opened by ``RunFolder/read(_:)`` gives the run for reading: nothing in the folder
  /// changes, whatever is done with it, and several programs may read at once.
  ///
  /// Throws ``RunError/mismatch(what:differences:)`` when the configuration, the data set or the
  /// supernet are no longer those of the checkpoint.
  public static func resume(
    _ folder: RunFolder,
    configuration: RunConfiguration,
    services: RunServices
  ) throws -> SearchRun {
    try resume(folder, configuration: configuration, moved: [:], services: services)
  }

  /// The same, with the paths of input files that have moved, by their keys: they are taken when their
  /// content is what it was.
  package static func resume(
    _ folder: RunFolder,
    configuration: RunConfiguration,
    moved: [String: String],
    services: RunServices
  ) throws -> SearchRun {
    noteLocks(of: folder, services)
    let store = CheckpointStore(folder, keep: configuration.checkpoint.keep)
    let newest = store.names().isEmpty ? nil : try newestCheckpoint(of: store)
    let goesOnFromSupernet = !(newest?.checkpoint.texts["supernet-digest"] ?? "").isEmpty
    guard !goesOnFromSupernet || folder.exists(RunFolder.supernetName) else {
      throw RunError.supernetIsAway(folder: folder.path)
    }
    let setting = try RunSetting(
      configuration,
      files: InputFiles(moved: moved, bases: folder.inputBases),
      supernetIsMade: folder.exists(RunFolder.supernetName),
      dataDigest: newest?.checkpoint.texts["data-digest"] ?? folder.beginning?.dataDigest
    )
    let context = RunContext(
      folder,
      configuration: configuration,
      setting: setting,
      services: services
    )
    let run = SearchRun(context)
    guard let (checkpoint, name, skipped) = newest else {
      guard folder.beginning?.state != "finished" else {
        throw RunError.noUsableCheckpoint(
          folder: folder.path,
          reasons: [
            "the run was finished, and its checkpoints are gone; put them back, or begin another run, "
              + "which may search over this one's supernet (--set supernet.file=FILE)"
          ]
        )
      }
      try run.beginWithoutCheckpoint()
      return run
    }
    for reason in skipped { services.reporter.note("warning: skipped a checkpoint: \(reason)") }
    run.skipped = skipped
    context.saver?.setDamaged(store.names().drop { $0 != name }.dropFirst())
    try run.restore(checkpoint, name: name)
    if folder.isHeld { services.reporter.note("going on from \(folder.file(name))") }
    return run
  }

  /// Throws what ``CheckpointStore/newest()`` throws, with what can still be done.
  private static func newestCheckpoint(
    of store: CheckpointStore
  ) throws -> (checkpoint: Checkpoint, name: String, skipped: [String]) {
    do {
      return try store.newest()
    } catch RunError.noUsableCheckpoint(let folder, let reasons)
      where store.folder.exists(RunFolder.supernetName)
      && store.folder.beginning?.state != "finished"
    {
      throw RunError.noUsableCheckpoint(
        folder: folder,
        reasons: reasons + [
          "without them the run goes on from its \(RunFolder.supernetName): move them out of the folder"
        ]
      )
    }
  }

  /// Goes on from the trained supernet where there is one: the process ended before it was in a
  /// checkpoint, or the checkpoints have been removed since.
  private func beginWithoutCheckpoint() throws {
    let hasSupernet = folder.exists(RunFolder.supernetName)
    if hasSupernet {
      try CheckpointCheck(context).checkSupernetWithoutCheckpoint()
      products.supernet = try TrainedSupernet(context)
      position = 1
    }
    guard folder.isHeld else { return }
    if let note = RunFolder.noteOnEarlierRun(in: folder.path) { context.reporter.note(note) }
    context.reporter.note(
      hasSupernet
        ? "no checkpoint: going on from the trained \(folder.file(RunFolder.supernetName))"
        : "no checkpoint yet: starting from the beginning"
    )
    try context.metrics.keep(phases: hasSupernet ? SupernetStage.loggedPhases : [])
  }

  static func noteLocks(of folder: RunFolder, _ services: RunServices) {
    guard let problem = folder.lockProblem else { return }
    services.reporter.note(
      "warning: \(folder.path) is on a file system without locks (\(problem)): two processes that work "
        + "on this run would not notice each other"
    )
  }

  /// Trains the supernet, if that is not done, and stops there: ``train()`` goes on. Throws
  /// ``Interrupted`` after saving when asked to stop.
  public func trainSupernet() throws { try run(stages: 1) }

  /// Runs to the end. Throws ``Interrupted`` after saving when asked to stop.
  public func train() throws { try run(stages: stages.count) }

  /// Writes curves for TensorBoard, if the configuration asks for them: for a run that is finished, and
  /// has been without. Others begin when they go on.
  package func beginCurves() { context.beginCurves() }

  private func run(stages count: Int) throws {
    guard folder.isHeld else {
      throw RunError.invalidInput("\(folder.path): the run was opened for reading only")
    }
    defer { context.saver?.finish() }
    if isNew { for note in try context.setting.notes { context.reporter.note(note) } }
    isNew = false
    context.beginCurves()
    while position < count {
      // A copy: the run may be saved in the middle of the stage, from what earlier ones have made.
      var made = products
      try stages[position].run(&made)
      products = made
      position += 1
      try context.save()
    }
    context.reporter.endProgress()
  }
}

// What a checkpoint of a run holds, and how the run is put together again from it.
extension SearchRun {
  func checkpoint() throws -> Checkpoint {
    var checkpoint = Checkpoint()
    checkpoint.texts = [
      "configuration": configuration.yaml,
      "phase": phase,
      "data-digest": context.setting.data.digest,
      "supernet-digest": products.supernet?.digest ?? "",
      "metrics-size": String(context.metrics.size),
      "computer": context.setting.computer,
    ]
    for (key, digest) in context.setting.inputDigests {
      checkpoint.texts["digest-" + key] = digest
    }
    for stage in stages { try stage.store(in: &checkpoint) }
    if let tuned = products.tuned { checkpoint.texts["tuned-digest"] = tuned.digest }
    if let supernet = products.supernet {
      checkpoint.set(try supernet.state(), under: "predictions/")
    }
    return checkpoint
  }

  private func restore(_ checkpoint: Checkpoint, name: String) throws {
    let path = folder.file(name)
    try CheckpointCheck(context).check(checkpoint, path: path)
    let phase = try checkpoint.text("phase", in: path)
    let names = stages.map { type(of: $0).phase } + [Self.finishedPhase]
    guard let position = names.firstIndex(of: phase) else {
      throw RunError.mismatch(what: "another program", differences: ["an unknown phase"])
    }
    if folder.isHeld {
      let missing = try context.metrics.truncate(
        to: Int(try checkpoint.text("metrics-size", in: path)) ?? 0
      )
      if missing > 0 {
        context.reporter.note(
          "warning: \(folder.file(MetricsLog.name)) lacks \(missing) bytes that were logged before the "
            + "checkpoint; the run goes on, and its curves have a gap"
        )
      }
    }
    for (index, stage) in stages.prefix(position + 1).enumerated() {
      try stage.restore(from: checkpoint, isDone: index < position, products: &products)
    }
    self.position = position
    guard let supernet = products.supernet else { return }
    for (weights, digest, name) in [
      (supernet, "supernet-digest", RunFolder.supernetName),
      (products.tuned, "tuned-digest", RunFolder.tunedName),
    ] {
      guard let weights else { continue }
      guard try weights.digest == checkpoint.text(digest, in: path) else {
        throw RunError.mismatch(
          what: "another supernet",
          differences: ["\(folder.file(name)) has changed since the checkpoint"]
        )
      }
    }
    try supernet.restore(
      checkpoint.tensors(under: "predictions/"),
      images: context.setting.images
    )
  }
}
