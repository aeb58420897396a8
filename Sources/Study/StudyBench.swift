import AtomicFiles
import Configuration
import Evaluation
import Families
import FlipMetrics
import Foundation
import HDF5
import Networks
import RandomStreams
import Runs
import Search
import SearchSpaces
import Supernet
import TensorFiles
import Torch
import Training

/// Where the cells of one space and seed are computed: the runs and the networks that they share, each in
/// a folder of its own under a name that follows from all it depends on. What is there is not computed
/// again; what another process computes is busy (``RunError/busy(folder:holder:)``).
final class StudyBench {
  let study: StudyConfiguration
  /// Of the run, without method.
  let configuration: RunConfiguration
  let setting: RunSetting
  private let folder: String
  private let services: RunServices
  private let storage: any Storage

  init(
    _ study: StudyConfiguration,
    space: String,
    seed: UInt64,
    in folder: String,
    services: RunServices,
    storage: any Storage
  ) throws {
    self.study = study
    configuration = study.run(space: space, seed: seed)
    setting = try RunSetting(configuration)
    self.folder = folder
    self.services = services
    self.storage = storage
  }

  var space: any ConfiguredSpace { setting.space }
  var stepsPerEpoch: Int { setting.images.trainingBatchesPerEpoch }

  /// The folder of what follows from an identity.
  private func path(_ name: String, _ identity: PredictionsFile.Identity) throws -> String {
    let digest = try SHA256.of(PredictionsFile.text(identity)).prefix(12)
    return "\(folder)/\(name)-\(digest)"
  }

  // MARK: Runs

  /// The finished run of a method, made or gone on with if need be, with its family.
  func run(_ method: StudyMethod) throws -> (run: SearchRun, family: Family) {
    let own = configuration.adapted(to: method.approach)
    let path = try path("\(method)", StudyIdentity(study, setting, method: method).parts)
    let run = try open(path) {
      let original = try supernetRun()
      return try SearchRun.extend(
        original,
        by: RunCheck(own, at: path, overwrite: false, supernetIsMade: true),
        in: RunFolder.create(path, overwrite: false),
        services: services
      )
    }
    try run.train()
    let file = run.folder.file(RunFolder.familyName)
    if run.folder.exists(RunFolder.familyName) { return (run, try Family(contentsOf: file)) }
    let settings = FamilySettings(run.configuration)
    return (run, try run.sampleFamily(settings, to: file, overwrite: false))
  }

  /// The run whose supernet all others search, for reading.
  private func supernetRun() throws -> SearchRun {
    var own = configuration
    own.family.tuning = RunConfiguration().family.tuning
    let path = try path("supernet", StudyIdentity(study, setting).supernet)
    if isRun(path) {
      // One that is finished is read beside others who read it. What is wrong with one that cannot be
      // read, opening it says.
      if let run = try? resume(RunFolder.read(path)), run.products.supernet != nil { return run }
    }
    try open(path) {
      try SearchRun.start(
        own,
        in: RunFolder.create(path, overwrite: false),
        services: services
      )
    }.trainSupernet()
    return try resume(RunFolder.read(path))
  }

  private func isRun(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path + "/" + RunFolder.configurationName)
  }

  private func open(_ path: String, orStart start: () throws -> SearchRun) throws -> SearchRun {
    if isRun(path) { return try resume(RunFolder.open(path)) }
    do {
      return try start()
    } catch RunError.exists(let folder) {
      // Another process has begun it since.
      throw RunError.busy(folder: folder, holder: "another process of the study")
    }
  }

  private func resume(_ folder: RunFolder) throws -> SearchRun {
    try SearchRun.resume(
      folder,
      configuration: folder.configuration(),
      moved: ["data.file": study.data],
      services: services
    )
  }

  // MARK: Networks apart

  /// A network that was trained apart, with what it predicts.
  struct Trained {
    let network: StaticNetwork
    let space: StandAloneSpace
    let predictions: PredictionsFile.Content
  }

  /// From its file, or trained; so are those that it learns from.
  func network(_ recipe: ApartNetwork, called title: String) throws -> Trained {
    let space = try StandAloneSpace(recipe.architecture, of: space)
    let identity = try recipe.identity(
      StudyIdentity(study, setting).images,
      stepsPerEpoch: stepsPerEpoch
    )
    let path = try path("network", identity)
    let file = path + "/network.h5"
    if let known = try read(file, space) { return known }
    try RunFolder.makeFolders(path)
    let lock = try RunLock(path)
    defer { withExtendedLifetime(lock) {} }
    // Another process may have finished it since.
    if let known = try read(file, space) { return known }
    let teachers = try recipe.references.enumerated().map { index, reference in
      let trained = try network(reference, called: "\(title), reference \(index + 1)")
      return try Teacher(trained.network, trained.space.architecture, of: trained.space)
    }
    // The names of `StandAloneTraining`: the same network, where nothing differs.
    let random = RandomStream(
      seed: recipe.seed,
      name: "stand-alone." + self.space.code(recipe.architecture)
    )
    let trainer = try NetworkTrainer(
      Supernet(space: space, device: setting.device, random: random),
      configuration: recipe.training,
      phases: TrainingPlan(alone: recipe.training, stepsPerEpoch: stepsPerEpoch).phases,
      sampling: SingleNetwork(space.architecture),
      objective: recipe.objective,
      targets: teachers.isEmpty ? NoTargets() : ReferenceLogits(teachers),
      seed: random.substream(1).state
    )
    let training = ResumableTraining(
      path: path + "/training.h5",
      services: services,
      storage: storage
    )
    // Networks of an ensemble see their batches in orders of their own.
    let order = recipe.seed == configuration.seed ? "" : ".\(recipe.seed)"
    try training.run(trainer, called: title, identity: PredictionsFile.text(identity)) {
      try setting.images.trainingBatches(from: $0, stream: "supernet.batches" + order)
    }
    let trained = try finished(trainer.result(), space)
    try write(trained, identity, to: file)
    training.discard()
    services.reporter.note("\(title): \(percent(trained.predictions)) % on the search split")
    return trained
  }

  private func finished(_ network: Supernet, _ space: StandAloneSpace) throws -> Trained {
    let calibration = try setting.images.calibrationBatches()
    let predictor = RolloutPredictor(network, calibration: calibration, memoryLimit: 0)
    return Trained(
      network: try network.calibrate(
        space.architecture,
        batches: calibration.map { try space.input.images($0, for: space.architecture) }
      ).extract(),
      space: space,
      predictions: try predictions(of: space.architecture, by: predictor)
    )
  }

  private func predictions(
    of architecture: Architecture,
    by predictor: RolloutPredictor
  ) throws -> PredictionsFile.Content {
    PredictionsFile.Content(
      search: try predictor.predictions(of: architecture, on: setting.images.search).classes,
      test: try predictor.predictions(of: architecture, on: setting.images.test).classes
    )
  }

  private static let format = "regnas.network"

  private func write(
    _ trained: Trained,
    _ identity: PredictionsFile.Identity,
    to path: String
  ) throws {
    let text = try PredictionsFile.text(identity)
    let header = try FileHeader(format: Self.format, of: text)
    try Artefact.write(header, to: path, storage: storage) { root in
      try root.write("identity", strings: [text], shape: [])
      try root.write("search", trained.predictions.search)
      try root.write("test", trained.predictions.test)
      try root.createGroup("weights").write(tensors: trained.network.state())
    }
  }

  private func read(_ path: String, _ space: StandAloneSpace) throws -> Trained? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let root = try Artefact.open(path, expecting: Self.format, readerVersion: 1).file.root
    return Trained(
      network: try StaticNetwork(
        space.network(space.architecture),
        state: root.group("weights").tensors(),
        device: setting.device
      ),
      space: space,
      predictions: .init(
        search: try root.read("search", as: Int32.self).values,
        test: try root.read("test", as: Int32.self).values
      )
    )
  }

  private func percent(_ content: PredictionsFile.Content) -> String {
    let right = zip(content.search, setting.images.search.labels).count { $0 == $1 }
    return String(format: "%.2f", 100 * Double(right) / Double(max(1, content.search.count)))
  }

  // MARK: Nested from scratch

  /// The members trained together from fresh weights, as nested slices of one network.
  func joint(_ members: [Architecture], epochs: Int) throws -> [PredictionsFile.Content] {
    var training = study.alone
    training.epochs = epochs
    var identity = try StudyIdentity(study, setting, method: StudyMethod(.joint)).parts
    identity["epochs"] = String(epochs)
    identity["members"] = members.map(space.code).joined(separator: " ")
    let path = try path("joint", identity)
    try RunFolder.makeFolders(path)
    let lock = try RunLock(path)
    defer { withExtendedLifetime(lock) {} }
    let random = RandomStream(seed: configuration.seed, name: "joint")
    let trainer = try NetworkTrainer(
      Supernet(space: space, device: setting.device, random: random),
      configuration: training,
      phases: TrainingPlan(alone: training, stepsPerEpoch: stepsPerEpoch).phases,
      sampling: MemberVisits(members),
      objective: FamilyLoss(
        configuration.family.tuning,
        labelSmoothing: training.labelSmoothing
      ),
      seed: random.substream(1).state
    )
    let resumable = ResumableTraining(
      path: path + "/training.h5",
      services: services,
      storage: storage
    )
    try resumable.run(trainer, called: "joint", identity: PredictionsFile.text(identity)) {
      try setting.images.trainingBatches(from: $0)
    }
    let predictor = try RolloutPredictor(
      trainer.result(),
      calibration: setting.images.calibrationBatches(),
      memoryLimit: 0
    )
    let contents = try members.map { try predictions(of: $0, by: predictor) }
    resumable.discard()
    return contents
  }
}

extension RunConfiguration {
  /// The configuration of a method that searches a supernet.
  func adapted(to approach: StudyMethod.Approach) -> RunConfiguration {
    var result = self
    // With the other keys of the tuning, which would be warned of as without effect.
    if !approach.isTuned { result.family.tuning = RunConfiguration().family.tuning }
    switch approach {
    case .accuracyOnly:
      result.search.containment = false
      result.search.flipWeight = 0
    case .constraintOnly: result.search.flipWeight = 0
    case .rewardOnly: result.search.containment = false
    case .randomSearch: result.controller.strategy = .random
    case .evolution: result.controller.strategy = .evolution
    case .randomTuned:
      // The only candidate is the only one drawn.
      result.controller.strategy = .random
      result.controller.updates = 1
      result.controller.rollout = 1
      result.family.samples = 1
      result.family.finalists = 1
    case .regnas, .regnasTuned, .independent, .pctKL, .pctLM, .elodi, .joint: break
    }
    return result
  }
}
