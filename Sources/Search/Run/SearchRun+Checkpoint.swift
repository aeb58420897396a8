import Configuration
import HDF5
import Torch

// What a checkpoint of a run holds, and how the run is put together again from it.
extension SearchRun {
  func checkpoint() throws -> Checkpoint {
    var checkpoint = Checkpoint()
    checkpoint.texts = [
      "configuration": configuration.yaml,
      "phase": phase.rawValue,
      "data-digest": setting.data.digest,
      "supernet-digest": supernetDigest,
      "metrics-size": String(metrics.size),
      "computer": setting.computer,
    ]
    for (key, digest) in setting.inputDigests { checkpoint.texts["digest-" + key] = digest }
    if let trainer { checkpoint.set(try trainer.state(), under: "trainer/") }
    checkpoint.set(try members.state(), under: "members/")
    if let evaluator { checkpoint.set(try evaluator.state(), under: "predictions/") }
    return checkpoint
  }

  func restore(_ checkpoint: Checkpoint, name: String) throws {
    let path = folder.file(name)
    try checkConfiguration(try checkpoint.text("configuration", in: path), path: path)
    let digest = try checkpoint.text("data-digest", in: path)
    guard digest == setting.data.digest else {
      throw RunError.mismatch(
        what: "another data set",
        differences: [
          "\(configuration.data.file) has changed since the run began "
            + "(content sha256 \(digest) then, \(setting.data.digest) now)"
        ]
      )
    }
    try checkInputs(checkpoint)
    guard let phase = Phase(rawValue: try checkpoint.text("phase", in: path)) else {
      throw RunError.mismatch(what: "another program", differences: ["an unknown phase"])
    }
    self.phase = phase
    members = try MemberProgress(restoring: checkpoint, under: "members/")
    metrics.truncate(to: Int(try checkpoint.text("metrics-size", in: path)) ?? 0)
    switch phase {
    case .supernet:
      let trainer = try makeTrainer()
      try trainer.restore(checkpoint.tensors(under: "trainer/"))
      self.trainer = trainer
    case .members, .finished:
      try openSupernet()
      guard try supernetDigest == checkpoint.text("supernet-digest", in: path) else {
        throw RunError.mismatch(
          what: "another supernet",
          differences: ["\(folder.file(Self.supernetName)) has changed since the checkpoint"]
        )
      }
      try evaluator?.restore(checkpoint.tensors(under: "predictions/"))
    }
  }

  private func checkInputs(_ checkpoint: Checkpoint) throws {
    var differences: [String] = []
    for (key, digest) in setting.inputDigests.sorted(by: { $0.key < $1.key }) {
      if checkpoint.texts["digest-" + key] != digest {
        differences.append("the file that \(key) names has changed since the run began")
      }
    }
    guard differences.isEmpty else {
      throw RunError.mismatch(what: "another reference or cost table", differences: differences)
    }
    if let computer = checkpoint.texts["computer"], computer != setting.computer {
      services.reporter.note(
        "warning: the run was made with \(computer) and goes on with \(setting.computer); results "
          + "may differ in the last bits from those of a run that was never interrupted"
      )
    }
  }

  private func checkConfiguration(_ yaml: String, path: String) throws {
    let sources = try ConfigurationSources(stored: yaml, name: path)
    let differences = configuration.structuralDifferences(from: sources.configuration)
    guard differences.isEmpty else {
      throw RunError.mismatch(what: "another configuration", differences: differences)
    }
  }
}
