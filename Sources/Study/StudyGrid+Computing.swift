import AtomicFiles
import Configuration
import Families
import Foundation
import Judging
import Networks
import Runs
import SearchSpaces
import Supernet
import Training

// How cells come about.
extension StudyGrid {
  /// Computes the cells that are missing. Where another process is at one, others come first; at the end it
  /// is waited for.
  ///
  /// Throws ``Interrupted`` when asked to stop, with everything saved.
  package func compute() throws {
    let path = cellFolder + "/" + StudyLabels.fileName
    if !FileManager.default.fileExists(atPath: path) {
      try RunFolder.makeFolders(cellFolder)
      try labels.write(to: path, storage: storage)
    }
    var isWaiting = false
    while true {
      let missing = try keys.filter { try knownFile($0) == nil }
      guard !missing.isEmpty else { return }
      var isComputed = false
      for key in missing {
        try stopIfAsked()
        guard try knownFile(key) == nil else { continue }
        do {
          _ = try cell(key)
          isComputed = true
        } catch RunError.busy {
          continue
        }
      }
      guard !isComputed else { continue }
      if !isWaiting {
        services.reporter.note("other processes are at what is left; waiting for them")
        isWaiting = true
      }
      for _ in 0..<20 {
        try stopIfAsked()
        usleep(100_000)
      }
    }
  }

  private func stopIfAsked() throws {
    if services.interruption.look() {
      throw Interrupted(signal: services.interruption.signal, folder: workFolder)
    }
  }

  /// From its file, or computed and written.
  private func cell(_ key: StudyCell.Key) throws -> StudyCell {
    if let name = try knownFile(key) { return try read(name, key) }
    services.reporter.note("cell \(key.name)")
    let clock = ContinuousClock()
    let start = clock.now
    let cell: StudyCell
    do {
      cell = try compute(key)
    } catch let error as TrainingError {
      throw RunError.invalidInput(
        "cell \(key.name): \(error). A method may have a learning rate of its own (docs/study.md)"
      )
    }
    let path = cellFolder + "/" + (try fileName(key))
    try StudyCellFile.write(cell, labels: labels, to: path, storage: storage)
    let accuracies = try cell.predictions(cell.search, labels: labels.search).map {
      String(format: "%.2f", $0.accuracy * 100)
    }
    services.reporter.note(
      "cell \(key.name) done in \(Int((clock.now - start) / .seconds(1))) s: "
        + "\(accuracies.joined(separator: ", ")) % on the search split"
    )
    return cell
  }

  private func compute(_ key: StudyCell.Key) throws -> StudyCell {
    if key.method.approach.isApart { return try apart(key) }
    return try key.method.approach == .joint ? joint(key) : searched(key)
  }

  func bench(_ key: StudyCell.Key) throws -> StudyBench {
    if let bench = lastBench, bench.configuration.space.name == key.space,
      bench.configuration.seed == key.seed
    {
      return bench
    }
    let bench = try StudyBench(
      study,
      space: key.space,
      seed: key.seed,
      in: "\(workFolder)/\(key.space)-\(key.seed)",
      services: services,
      storage: storage
    )
    lastBench = bench
    return bench
  }

  private func other(_ method: StudyMethod, of key: StudyCell.Key) throws -> StudyCell {
    try cell(.init(space: key.space, seed: key.seed, method: method))
  }

  private func makeCell(
    _ key: StudyCell.Key,
    _ members: [Architecture],
    _ predictions: [PredictionsFile.Content],
    _ cost: StudyCell.Cost
  ) throws -> StudyCell {
    let bench = try bench(key)
    return StudyCell(
      key: key,
      identity: try identity(key),
      architectures: members.map(bench.space.code),
      macs: try members.map { try bench.space.network($0).macs() },
      search: predictions.map(\.search),
      test: predictions.map(\.test),
      cost: cost,
      computer: bench.setting.computer
    )
  }

  /// A cell of a supernet's subnets.
  private func searched(_ key: StudyCell.Key) throws -> StudyCell {
    let bench = try bench(key)
    let (run, family) = try bench.run(key.method)
    let configuration = bench.configuration.adapted(to: key.method.approach)
    let members = family.members.map(\.architecture)
    let costs = try bench.space.costTable(.macs)
    func macs(_ architecture: Architecture) -> Double {
      Double(costs.cost(of: architecture, in: bench.space.decisions))
    }
    let batch = Double(configuration.supernet.training.batchSize)
    var training = try batch * Double(TrainingCost(ofSupernetIn: run).supernetMACs)
    let tuning = configuration.family.tuning.epochs
    training +=
      3 * batch * Double(tuning * bench.stepsPerEpoch)
      * Set(members).reduce(0) { $0 + macs($1) }
    // Each architecture once: what is known is not evaluated again.
    let seen = Set((family.evaluations ?? []).map(\.architecture))
    let images =
      bench.setting.images.reward.labels.count + configuration.supernet.calibrationImages
    return try makeCell(
      key,
      members,
      family.members.map { .init(search: $0.search.classes, test: $0.test.classes) },
      .init(
        training: training,
        search: Double(images) * seen.map(macs).sorted().reduce(0, +),
        epochs: configuration.supernet.training.epochs + tuning
      )
    )
  }

  /// Epochs in which training `factor` networks of each member costs what REG-NAS's tuned family did.
  private func equalCostEpochs(
    _ members: [Architecture],
    factor: Int,
    _ key: StudyCell.Key
  ) throws -> Int {
    let bench = try bench(key)
    let total = try other(StudyMethod(.regnasTuned), of: key).cost.total
    let images = Double(bench.stepsPerEpoch * study.alone.batchSize)
    let epoch = try members.reduce(0.0) {
      $0 + 3 * images * Double(try bench.space.network($1).macs() * factor)
    }
    return max(1, Int((total / epoch).rounded()))
  }

  private func apart(_ key: StudyCell.Key) throws -> StudyCell {
    let bench = try bench(key)
    let approach = key.method.approach
    let members = try other(key.method.needs[0], of: key).architectures.map {
      try bench.space.architecture($0)
    }
    let ensemble = approach == .elodi ? study.elodi.ensemble : 0
    var training = study.alone
    if key.method.hasEqualCost {
      training.epochs = try equalCostEpochs(members, factor: 1 + ensemble, key)
    }
    var recipes: [ApartNetwork] = []
    var cost = 0.0
    for member in members {
      let recipe: ApartNetwork
      switch approach {
      case .pctKL where !recipes.isEmpty, .pctLM where !recipes.isEmpty:
        let isKL = approach == .pctKL
        recipe = ApartNetwork(
          member,
          seed: key.seed,
          training: training,
          method: .focal(
            isKL ? .divergence(temperature: study.pctKL.temperature) : .logits,
            isKL ? study.pctKL : study.pctLM
          ),
          references: [recipes[recipes.count - 1]]
        )
      case .elodi:
        recipe = ApartNetwork(
          member,
          seed: key.seed,
          training: training,
          method: .inhibition(study.elodi),
          references: (1...ensemble).map {
            ApartNetwork(member, seed: Self.ensembleSeed(key.seed, $0), training: training)
          }
        )
      default: recipe = ApartNetwork(member, seed: key.seed, training: training)
      }
      recipes.append(recipe)
      for one in [recipe] + (approach == .elodi ? recipe.references : []) {
        cost += try one.cost(of: bench.space, stepsPerEpoch: bench.stepsPerEpoch)
      }
    }
    let predictions = try recipes.enumerated().map { index, recipe in
      try bench.network(recipe, called: "\(key.name), member \(index + 1)").predictions
    }
    return try makeCell(
      key,
      members,
      predictions,
      .init(training: cost, search: 0, epochs: training.epochs)
    )
  }

  /// Of the networks of an ensemble: far from the seeds of studies.
  private static func ensembleSeed(_ seed: UInt64, _ index: Int) -> UInt64 {
    seed &+ 1_000_000 &* UInt64(index)
  }

  private func joint(_ key: StudyCell.Key) throws -> StudyCell {
    let bench = try bench(key)
    let family = try other(StudyMethod(.regnasTuned), of: key)
    let members = try family.architectures.map { try bench.space.architecture($0) }
    let epochs = try equalCostEpochs(members, factor: 1, key)
    let predictions = try bench.joint(members, epochs: epochs)
    let cost = try members.reduce(0.0) {
      $0 + 3 * Double(epochs * bench.stepsPerEpoch * study.alone.batchSize)
        * Double(try bench.space.network($1).macs())
    }
    return try makeCell(
      key,
      members,
      predictions,
      .init(training: cost, search: 0, epochs: epochs)
    )
  }
}
