import Configuration
import Runs

/// Whether a checkpoint belongs to a run as it stands now: the same configuration, data set and input
/// files.
struct CheckpointCheck {
  private let context: RunContext

  init(_ context: RunContext) { self.context = context }

  /// Throws ``RunError/mismatch(what:differences:)`` naming what differs. Where only the computer
  /// does, this is reported instead.
  func check(_ checkpoint: Checkpoint, path: String) throws {
    try checkConfiguration(try checkpoint.text("configuration", in: path), path: path)
    let digest = try checkpoint.text("data-digest", in: path)
    try checkData(digest)
    try checkInputs(checkpoint)
    // Of interest where the run goes on, not where it is read.
    if context.folder.isHeld { compareComputers(checkpoint) }
  }

  /// The same for a run that has no checkpoint yet.
  func checkBeginning() throws {
    if let digest = context.folder.beginning?.dataDigest { try checkData(digest) }
  }

  private func checkData(_ digest: String) throws {
    guard digest != context.setting.data.digest else { return }
    throw RunError.mismatch(
      what: "another data set",
      differences: [
        "\(context.setting.data.path) is not what the run began with (content sha256 \(digest) then, "
          + "\(context.setting.data.digest) now); give the former with --data FILE"
      ]
    )
  }

  private func checkConfiguration(_ yaml: String, path: String) throws {
    let sources = try ConfigurationSources(stored: yaml, name: path)
    let differences = context.configuration.structuralDifferences(from: sources.configuration)
    guard differences.isEmpty else {
      throw RunError.mismatch(what: RunError.anotherConfiguration, differences: differences)
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
