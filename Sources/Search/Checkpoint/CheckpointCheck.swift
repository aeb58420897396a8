import Configuration
import ImageData
import Runs
import Supernet

/// Whether a checkpoint belongs to a run as it stands now: the same configuration and input files. (That
/// the data set is the same is checked when it is opened.)
struct CheckpointCheck {
  private let context: RunContext

  init(_ context: RunContext) { self.context = context }

  /// Throws ``RunError/mismatch(what:differences:)`` naming what differs. Where only the computer
  /// does, this is reported instead.
  func check(_ checkpoint: Checkpoint, path: String) throws {
    try checkConfiguration(of: checkpoint, path: path)
    try checkInputs(checkpoint)
    // Of interest where the run goes on, not where it is read.
    if context.folder.isHeld { compareComputers(checkpoint) }
  }

  /// Whether `supernet.h5` is what this run's own training gave, where no checkpoint vouches for it.
  func checkSupernetWithoutCheckpoint() throws {
    let path = context.folder.file(RunFolder.supernetName)
    let problem = try Self.problemOfSupernet(
      path,
      configuration: context.configuration,
      dataDigest: context.setting.data.digest
    )
    if let problem {
      throw RunError.invalidInput("\(path): the run has no checkpoint, and \(problem)")
    }
  }

  /// What shows that a run's own training did not give a supernet, and what to do; nil where it may
  /// have.
  ///
  /// - Parameter dataDigest: of the run's data set; nil where it is not known.
  static func problemOfSupernet(
    _ path: String,
    configuration: RunConfiguration,
    dataDigest: String?
  ) throws -> String? {
    let remedy =
      "put the run's checkpoints or its own \(RunFolder.supernetName) back, or remove this file to train the "
      + "supernet anew"
    let made = try SupernetFile.information(path: path).provenance
    guard let yaml = made["configuration"], dataDigest == nil || made["data-sha256"] == dataDigest
    else { return "did not make this supernet; \(remedy)" }
    let sources = try ConfigurationSources(stored: yaml, name: path)
    let differences = configuration.supernetDifferences(from: sources.configuration)
    guard !differences.isEmpty else { return nil }
    return "this supernet was made with other values of \(differences.joined(separator: ", ")); "
      + remedy
  }

  /// Whether a data set is the one that a run began with, by the digest of its content.
  static func check(_ data: ImageDataset, is digest: String) throws {
    guard digest != data.digest else { return }
    throw RunError.mismatch(
      what: "another data set",
      differences: [
        "\(data.path) is not what the run began with (content sha256 \(digest) then, "
          + "\(data.digest) now); give the former with --data FILE"
      ]
    )
  }

  private func checkConfiguration(of checkpoint: Checkpoint, path: String) throws {
    let differences = try checkpoint.structuralDifferences(
      from: context.configuration,
      path: path
    )
    guard differences.isEmpty else {
      throw RunError.mismatch(
        what: RunError.anotherConfiguration,
        differences: differences + ["if \(path) is of another run, move it out of the folder"]
      )
    }
  }

  private func checkInputs(_ checkpoint: Checkpoint) throws {
    var differences: [String] = []
    for (key, digest) in context.setting.inputDigests.sorted(by: { $0.key < $1.key }) {
      if checkpoint.texts["digest-" + key] != digest {
        differences.append(
          "the file that \(key) names has changed since the run began (sha256 "
            + "\(checkpoint.texts["digest-" + key] ?? "none") then, \(digest) now); give the former "
            + "with --set \(key)=FILE"
        )
      }
    }
    guard differences.isEmpty else {
      throw RunError.mismatch(what: "another reference or cost table", differences: differences)
    }
  }

  private func compareComputers(_ checkpoint: Checkpoint) {
    let now = context.setting.computer
    guard let computer = checkpoint.texts["computer"], computer != now else { return }
    context.reporter.note(
      "warning: the run was made with \(computer) and goes on with \(now); results may differ in the "
        + "last bits from those of a run that was never interrupted"
    )
  }
}

extension Checkpoint {
  /// What keeps a run of that configuration from going on from this checkpoint, read from `path`.
  func structuralDifferences(
    from configuration: RunConfiguration,
    path: String
  ) throws -> [String] {
    let own = try ConfigurationSources(stored: text("configuration", in: path), name: path)
    return configuration.structuralDifferences(from: own.configuration)
  }
}
