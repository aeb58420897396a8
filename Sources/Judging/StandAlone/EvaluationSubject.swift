import AtomicFiles
import Configuration
import Decisions
import Foundation
import HDF5
import ImageData
import Runs
import Search
import SearchSpaces
import Supernet
import Torch

/// A trained supernet with all that is needed to judge it: data set, images, recipe.
package final class EvaluationSubject {
  package let configuration: RunConfiguration
  /// The supernet file.
  package let path: String
  package let space: any ConfiguredSpace
  package let device: Device
  package let supernet: Supernet
  /// Of the content of the supernet file.
  package let supernetDigest: String
  /// That some weights were never trained; nil where all were.
  package let noteOnUntrained: String?
  package let data: ImageDataset
  package let images: RunImages

  /// Where the supernet of a run folder lies, or `path` itself, and the configuration it was trained
  /// under, as YAML: nil for a file that does not say.
  ///
  /// Throws ``RunError`` where neither is there, or the run has no supernet yet.
  package static func locate(
    _ path: String
  ) throws -> (supernet: String, configuration: String?) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw RunError.missingInput(path)
    }
    guard isFolder.boolValue else {
      return (path, try SupernetFile.information(path: path).provenance["configuration"])
    }
    let folder = try RunFolder.read(path)
    let file = path + "/" + RunFolder.supernetName
    guard FileManager.default.fileExists(atPath: file) else {
      throw RunError.unfinished(
        "\(path): the supernet of this run is not trained yet; "
          + "go on with 'regnas resume \(shellQuoted(path))' first"
      )
    }
    // Refuses one that is damaged.
    _ = try folder.configuration()
    return (file, try folder.read(RunFolder.configurationName))
  }

  /// Throws ``RunError`` or ``ConfigurationError`` where supernet, data set and configuration do not
  /// belong together.
  package init(supernet path: String, configuration: RunConfiguration) throws {
    self.path = path
    self.configuration = configuration
    device = try Device(configuration.runtime.device)
    let information = try SupernetFile.information(path: path)
    space = try information.space.makeSpace()
    supernetDigest = information.contentDigest
    noteOnUntrained = information.noteOnUntrained.map { "warning: \(path): \($0)" }
    guard !configuration.data.file.isEmpty else {
      throw ConfigurationError(
        place: "data.file",
        message: "\(path) does not say which data set it was trained on; pass --data FILE"
      )
    }
    data = try ImageDataset.openVerified(configuration.data.file)
    try Self.check(space, against: data, supernet: path)
    if let digest = information.provenance["data-sha256"], digest != data.digest {
      throw RunError.invalidInput(
        "\(path): the supernet was trained on another data set than \(data.path), or on other splits "
          + "of it, so that images to judge it by may be among those it learned; pass the data set "
          + "it was trained on with --data FILE"
      )
    }
    images = try RunImages(configuration, data: data, device: device)
    supernet = try Supernet.read(path, device: device)
  }

  private static func check(
    _ space: any ConfiguredSpace,
    against data: ImageDataset,
    supernet: String
  ) throws {
    let input = space.input
    let size = input.resolution.decision == nil ? input.resolution.largest : data.shape.height
    guard input.classes == data.classNames.count, input.channels == data.shape.channels,
      data.shape.height == data.shape.width, data.shape.height == size
    else {
      throw RunError.invalidInput(
        "\(supernet): this supernet was trained on \(input.classes) classes of "
          + "\(input.channels)x\(size)x\(size) images, \(data.path) has \(data.classNames.count) classes of "
          + "\(data.shape.channels)x\(data.shape.height)x\(data.shape.width); pass the data set it was "
          + "trained on with --data FILE"
      )
    }
  }

  /// The images of a split.
  package func set(_ split: Split) -> ImageSet { split == .test ? images.test : images.search }

  /// How long the steps of the supernet's training took, by the log of its run; nil without one.
  package var trainingSeconds: Double? {
    struct Line: Decodable {
      var step: Int
      var imagesPerSecond: Double?

      enum CodingKeys: String, CodingKey {
        case step
        case imagesPerSecond = "images_per_second"
      }
    }
    let log = OutputFile.folder(of: path) + "/" + MetricsLog.timingName
    guard let bytes = FileManager.default.contents(atPath: log) else { return nil }
    let lines = bytes.split(separator: UInt8(ascii: "\n")).compactMap {
      try? JSONDecoder().decode(Line.self, from: $0)
    }
    var (done, seconds) = (0, 0.0)
    // Steps that an interrupted run did twice count once.
    for line in lines.sorted(by: { $0.step < $1.step }) where line.step > done {
      guard let rate = line.imagesPerSecond, rate > 0 else { continue }
      seconds += Double((line.step - done) * configuration.supernet.training.batchSize) / rate
      done = line.step
    }
    return done > 0 ? seconds : nil
  }
}
