import AtomicFiles
import Configuration
import Families
import Foundation
import HDF5
import ImageData
import Judging
import Networks
import Runs
import Search
import SearchSpaces
import Supernet
import Training

/// The cells of a study: found in their files, or computed.
///
/// Any number of processes may compute the cells of one study, on one file system: each takes what no
/// other is at. One that is stopped or killed loses a minute at most.
package final class StudyGrid {
  package let study: StudyConfiguration
  package let labels: StudyLabels
  /// Where cells are kept: `OUT/cells/NAME`.
  package let cellFolder: String
  private let data: ImageDataset?
  private let workFolder: String
  private let services: RunServices
  private let storage: any Storage
  private var benches: [String: StudyBench] = [:]

  /// - Parameters:
  ///   - out: the folder of figures; cells are kept in `cells/NAME` in it.
  ///   - work: where runs and networks are kept.
  ///   - readsOnly: whether nothing is computed: then the data set is not needed.
  ///
  /// Throws ``RunError/invalidInput(_:)`` where the folder's cells are of another data set or another study.
  package init(
    _ study: StudyConfiguration,
    out: String,
    work: String,
    readsOnly: Bool,
    services: RunServices,
    storage: any Storage = SystemStorage()
  ) throws {
    self.study = study
    self.services = services
    self.storage = storage
    cellFolder = "\(out)/cells/\(study.name)"
    workFolder = "\(work)/\(study.name)"
    let path = cellFolder + "/" + StudyLabels.fileName
    let known =
      FileManager.default.fileExists(atPath: path) ? try StudyLabels(contentsOf: path) : nil
    if let known, known.name != study.name {
      throw RunError.invalidInput(
        "\(cellFolder): its cells are of the study '\(known.name)', not of '\(study.name)'; give "
          + "another --out, or rename the study"
      )
    }
    if known == nil { try Self.checkFigures(of: study.name, in: out) }
    _ = try StudySummary.read("\(out)/\(StudySummary.fileName)")
    let isDataThere = FileManager.default.fileExists(atPath: study.data)
    if readsOnly {
      guard let known else {
        throw ConfigurationError(
          place: cellFolder,
          message: "there are no cells of the study '\(study.name)'; compute them first, without "
            + "--figures-only"
        )
      }
      guard isDataThere else {
        data = nil
        labels = known
        services.reporter.note(
          "warning: \(study.data): the data set is not there, so cells are found by name: whether they "
            + "were made under the keys of this file is not checked"
        )
        return
      }
    } else {
      try Self.checkPlace(out, option: "--out")
      try Self.checkPlace(work, option: "--work")
    }
    guard isDataThere else {
      throw ConfigurationError(
        place: "data",
        message: "\(study.data): there is no such file; say where the data set is with --data FILE"
      )
    }
    let data = try ImageDataset.open(study.data)
    self.data = data
    labels = try StudyLabels(data, name: study.name)
    if let known {
      guard known.dataDigest == labels.dataDigest else {
        throw RunError.invalidInput(
          "\(cellFolder): its cells are of another data set (content sha256 \(known.dataDigest)) than "
            + "\(study.data) (\(labels.dataDigest)); give the study another name, or the data set that "
            + "it began with"
        )
      }
    }
  }

  /// Refuses a folder that has files of the names of figures, and no cells that these could be of.
  private static func checkFigures(of name: String, in folder: String) throws {
    for ending in ["md", "csv", "json"] {
      let path = "\(folder)/\(name).\(ending)"
      guard FileManager.default.fileExists(atPath: path) else { continue }
      throw ConfigurationError(
        place: path,
        message: "this file is there, and the folder has no cells of a study '\(name)'; move it "
          + "elsewhere, or give another --out"
      )
    }
  }

  /// Refuses a folder that cannot be written to, or cannot be made.
  private static func checkPlace(_ path: String, option: String) throws {
    guard !path.isEmpty else {
      throw ConfigurationError(place: option, message: "it is empty; give a folder")
    }
    var place = path
    var isFolder: ObjCBool = false
    while !FileManager.default.fileExists(atPath: place, isDirectory: &isFolder), !place.isEmpty,
      place != "/"
    {
      place = OutputFile.folder(of: place)
    }
    guard isFolder.boolValue else {
      throw ConfigurationError(
        place: option,
        message: "\(place) is no folder, so nothing can be kept in \(path); give another"
      )
    }
    guard access(place, W_OK) == 0 else { throw StorageError(place, "write to", code: errno) }
  }

  /// By seed, then space, then method: one seed of all is there first.
  package var keys: [StudyCell.Key] {
    study.seeds.flatMap { seed in
      study.spaces.flatMap { space in
        study.allMethods.map { .init(space: space, seed: seed, method: $0) }
      }
    }
  }

  /// Checks all that can be refused before anything is computed: spaces, budgets, keys.
  package func check() throws {
    for space in study.spaces {
      for method in study.allMethods where !method.approach.isApart {
        _ = try RunCheck(
          study.run(space: space, seed: study.seeds[0]).adapted(to: method.approach),
          at: nil,
          overwrite: false
        )
      }
    }
    _ = try study.spaces.map {
      try bench(.init(space: $0, seed: study.seeds[0], method: .init(.regnas)))
    }
    var training = study.alone
    for rate in [study.pctKL.learningRate, study.pctLM.learningRate, study.elodi.learningRate] {
      training.learningRate = rate ?? study.alone.learningRate
      training.finalLearningRate = min(training.finalLearningRate, training.learningRate)
      try training.validate()
    }
  }

  // MARK: Known cells

  /// The cells that are there, in order, and those that are missing; and the names of files in the folder
  /// that hold no cell of the study as it is described now.
  package func known() throws -> (cells: [StudyCell], missing: [StudyCell.Key], others: [String]) {
    var cells: [StudyCell] = []
    var missing: [StudyCell.Key] = []
    var names: Set<String> = [StudyLabels.fileName]
    for key in keys {
      let files = try candidates(key)
      guard let cell = try files.first.map({ try read($0, key) }) else {
        missing.append(key)
        continue
      }
      names.insert(files[0])
      cells.append(cell)
    }
    let others = try contents().filter { !names.contains($0) && !$0.hasPrefix(".") }
    return (cells, missing, others)
  }

  private func contents() throws -> [String] {
    guard FileManager.default.fileExists(atPath: cellFolder) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: cellFolder).sorted()
  }

  /// Names of the files that may hold a cell: the one that the description asks for or, where the data set
  /// is not at hand to tell which that is, the only one of the key.
  private func candidates(_ key: StudyCell.Key) throws -> [String] {
    if data != nil {
      let name = try fileName(key)
      return FileManager.default.fileExists(atPath: cellFolder + "/" + name) ? [name] : []
    }
    let prefix = key.name + "-"
    let found = try contents().filter {
      // A digest follows, so that one method's name may begin another's.
      $0.hasPrefix(prefix) && $0.hasSuffix(".h5") && !$0.dropFirst(prefix.count).contains("-")
        && $0.dropFirst(prefix.count).count == 15
    }
    guard found.count < 2 else {
      throw RunError.invalidInput(
        "\(cellFolder): there are \(found.count) cells \(key.name), made under different keys "
          + "(\(found.joined(separator: ", "))); the data set tells which is meant: give it with --data"
      )
    }
    return found
  }

  private func fileName(_ key: StudyCell.Key) throws -> String {
    let text = try PredictionsFile.text(identity(key))
    return "\(key.name)-\(try SHA256.of(text).prefix(12)).h5"
  }

  private func identity(_ key: StudyCell.Key) throws -> StudyCell.Identity {
    try StudyIdentity(study, bench(key).setting, method: key.method).parts
  }

  private func read(_ name: String, _ key: StudyCell.Key) throws -> StudyCell {
    let path = cellFolder + "/" + name
    let cell: StudyCell
    do {
      cell = try StudyCellFile.read(path, labels: labels)
    } catch let error as HDF5Error {
      throw RunError.invalidInput(
        "\(path): the cell cannot be read (\(error.cause)); restore the file from a copy, or remove it: then "
          + "the cell is computed again"
      )
    }
    guard cell.key == key else {
      throw RunError.invalidInput(
        "\(path): the file holds the cell \(cell.key.name), not \(key.name); put it back under its name"
      )
    }
    return cell
  }

  // MARK: Computing

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
      let missing = try keys.filter { try candidates($0).isEmpty }
      guard !missing.isEmpty else { return }
      var isComputed = false
      for key in missing {
        try stopIfAsked()
        guard try candidates(key).isEmpty else { continue }
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
    if let name = try candidates(key).first { return try read(name, key) }
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

  private func bench(_ key: StudyCell.Key) throws -> StudyBench {
    let name = "\(key.space)-\(key.seed)"
    if let bench = benches[name] { return bench }
    let bench = try StudyBench(
      study,
      space: key.space,
      seed: key.seed,
      in: workFolder + "/" + name,
      services: services,
      storage: storage
    )
    // One at a time: each holds images in memory.
    benches = [name: bench]
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
