import AtomicFiles
import Configuration
import HDF5
import ImageData
import Runs

/// What resuming or sampling a run needs beside its checkpoint, and whether it is there: the trained
/// supernet and what tuning made of it, the data set (all of it), and the other files that the
/// configuration names. Of a finished run also whether there is a checkpoint at all.
package struct ResumeCheck {
  package struct Finding: Sendable {
    package var file: String
    /// nil when the file is what the checkpoint expects.
    package var problem: String?
    package var isMissing = false
    /// What reading the file came to.
    package var error: (any Error)?
  }

  package private(set) var findings: [Finding] = []

  /// Reads only. Throws where the run's configuration cannot be read.
  package init(_ folder: RunFolder) throws {
    let configuration = try folder.configuration()
    let store = CheckpointStore(folder, keep: 1)
    let newest = store.names().isEmpty ? nil : try? store.newest().checkpoint
    if store.names().isEmpty, folder.beginning?.state == "finished" {
      findings.append(
        Finding(
          file: "checkpoints",
          problem:
            "missing: the run was finished, and nothing can use it without them; put them back",
          isMissing: true
        )
      )
    }
    if store.names().isEmpty, folder.exists(RunFolder.supernetName) {
      checkSupernetWithoutCheckpoint(folder, configuration)
    }
    checkSupernet(RunFolder.supernetName, folder, newest?.texts["supernet-digest"])
    checkSupernet(RunFolder.tunedName, folder, newest?.texts["tuned-digest"])
    let supernetIsMade = folder.exists(RunFolder.supernetName)
    let files = InputFiles(bases: folder.inputBases)
    for input in files.inputs(of: configuration)
    where !(supernetIsMade && input.key.hasPrefix("supernet.")) {
      var finding = Finding(file: "\(input.path) (\(input.key))")
      if !input.isThere {
        let option = input.key == "data.file" ? "--data FILE" : "--set \(input.key)=FILE"
        finding.problem = "missing; if it was moved, say where it is with \(option)"
        finding.isMissing = true
      } else {
        do {
          finding.problem = try Self.problem(of: input, folder, newest)
        } catch {
          finding.problem = "\(error)"
          finding.error = error
        }
      }
      findings.append(finding)
    }
  }

  private mutating func checkSupernetWithoutCheckpoint(
    _ folder: RunFolder,
    _ configuration: RunConfiguration
  ) {
    var finding = Finding(file: RunFolder.supernetName)
    do {
      let problem = try CheckpointCheck.problemOfSupernet(
        folder.file(RunFolder.supernetName),
        configuration: configuration,
        dataDigest: folder.beginning?.dataDigest
      )
      finding.problem = problem.map { "the run has no checkpoint, and \($0)" }
    } catch {
      finding.problem = "\(error)"
      finding.error = error
    }
    findings.append(finding)
  }

  /// - Parameter digest: what the newest checkpoint expects; nil or empty where it expects none.
  private mutating func checkSupernet(_ name: String, _ folder: RunFolder, _ digest: String?) {
    guard let digest, !digest.isEmpty else { return }
    let path = folder.file(name)
    guard folder.exists(name) else {
      let remedy =
        name == RunFolder.supernetName
        ? RunError.remedyForMissingSupernet(of: folder.path)
        : "Put it back, or search again over the supernet with 'regnas extend'."
      findings.append(Finding(file: name, problem: "missing. \(remedy)", isMissing: true))
      return
    }
    var finding = Finding(file: name)
    do {
      guard try SHA256.ofFile(path) != digest else { return }
      finding.problem = "not the one that the newest checkpoint goes on from (sha256 \(digest))"
    } catch {
      finding.problem = "\(error)"
      finding.error = error
    }
    findings.append(finding)
  }

  private static func problem(
    of input: InputFiles.Input,
    _ folder: RunFolder,
    _ newest: Checkpoint?
  ) throws -> String? {
    let isData = input.key == "data.file"
    let expected =
      isData
      ? newest?.texts["data-digest"] ?? folder.beginning?.dataDigest
      : newest?.texts["digest-" + input.key]
    let found =
      isData
      ? try ImageDataset.openVerified(input.located).digest : try SHA256.ofFile(input.located)
    guard let expected, expected != found else { return nil }
    return "another file than the run began with (sha256 \(expected) then, \(found) now)"
  }
}
