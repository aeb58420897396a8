import AtomicFiles
import Families
import Foundation
import HDF5
import Runs
import Search

/// A folder with one ``PredictionsFile`` per network. Its name holds a digest of what the predictions
/// follow from: another recipe, seed, data set or supernet has another file, so several evaluations
/// may share a folder and none can take another's results for its own.
package final class PredictionsStore {
  package let path: String
  private let storage: any Storage
  private let labels: PredictionsFile.Content
  private let digests: PredictionsFile.SplitDigests

  /// Makes the folder if it is not there.
  package init(
    _ path: String,
    labels: PredictionsFile.Content,
    digests: PredictionsFile.SplitDigests,
    storage: any Storage = SystemStorage()
  ) throws {
    self.path = path
    self.storage = storage
    self.labels = labels
    self.digests = digests
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw RunError.invalidInput(
        "\(path): the folder for predictions cannot be made: \(error.localizedDescription)"
      )
    }
  }

  /// `alone-1.21.00-3f2a....h5`
  private func file(_ name: String, _ identity: PredictionsFile.Identity) throws -> String {
    let digest = try SHA256.of(PredictionsFile.text(identity)).prefix(12)
    return "\(path)/\(name.replacing("/", with: "~"))-\(digest).h5"
  }

  /// What is stored under this identity; nil if nothing is. Throws `HDF5Error` for a damaged file.
  package func read(
    _ name: String,
    _ identity: PredictionsFile.Identity
  ) throws -> PredictionsFile.Content? {
    let file = try file(name, identity)
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    let (found, content) = try PredictionsFile.read(file)
    guard found == identity, content.search.count == labels.search.count,
      content.test.count == labels.test.count
    else {
      throw RunError.invalidInput("\(file): it holds predictions of another network; remove it")
    }
    return content
  }

  package func write(
    _ content: PredictionsFile.Content,
    _ name: String,
    _ identity: PredictionsFile.Identity
  ) throws {
    try PredictionsFile.write(
      content,
      labels: labels,
      digests: digests,
      identity: identity,
      to: try file(name, identity),
      storage: storage
    )
  }
}
