import AtomicFiles
import Configuration
import HDF5
import ImageData
import Runs

/// What resuming or sampling a run needs beside its checkpoint, and whether it is there: the trained
/// supernet, the data set, and the other files that the configuration names.
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
    checkSupernet(folder, newest)
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

  private mutating func checkSupernet(_ folder: RunFolder, _ newest: Checkpoint?) {
    guard let digest = newest?.texts["supernet-digest"], !digest.isEmpty else { return }
    let path = folder.file(RunFolder.supernetName)
    guard folder.exists(RunFolder.supernetName) else {
      findings.append(
        Finding(
          file: RunFolder.supernetName,
          problem: "missing. \(RunError.remedyForMissingSupernet(of: folder.path))",
          isMissing: true
        )
      )
      return
    }
    var finding = Finding(file: RunFolder.supernetName)
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
      isData ? try ImageDataset.open(input.located).digest : try SHA256.ofFile(input.located)
    guard let expected, expected != found else { return nil }
    return "another file than the run began with (sha256 \(expected) then, \(found) now)"
  }
}
