import AtomicFiles
import Configuration
import Decisions
import Foundation
import HDF5
import ImageData
import Latency
import Runs
import SearchSpaces
import Supernet
import Torch

/// What a configuration stands for: the data set, the space, the budgets, the reference, opened and
/// checked.
package struct RunSetting {
  package let device: Device
  package let data: ImageDataset
  package let space: any ConfiguredSpace
  package let costs: CostTable
  package let budgets: [MemberBudget]
  let reference: ReferencePredictions?
  package let images: RunImages
  let supernetIsMade: Bool
  /// The configuration, with the paths where its files are now.
  package let configuration: RunConfiguration

  /// SHA-256 of the files that keys of the configuration name, beside the data set and the supernet.
  package let inputDigests: [String: String]
  /// Nil where the supernet is made already.
  let checkedRecipe: SupernetRecipe?

  /// - Parameters:
  ///   - files: where the files that the configuration names are.
  ///   - supernetIsMade: then the files that its training begins from are not needed.
  ///   - dataDigest: of the data set that the run began with, if it has begun.
  package init(
    _ made: RunConfiguration,
    files: InputFiles = InputFiles(),
    supernetIsMade: Bool = false,
    dataDigest: String? = nil
  ) throws {
    self.supernetIsMade = supernetIsMade
    try made.supernet.checkFiles()
    let inputs = files.inputs(of: made).filter {
      !(supernetIsMade && $0.key.hasPrefix("supernet."))
    }
    for input in inputs where !input.isThere {
      throw RunError.inputIsAway(key: input.key, path: input.path, soughtIn: files.bases)
    }
    let configuration = try files.located(made)
    self.configuration = configuration
    device = try Device(configuration.runtime.device)
    guard !configuration.data.file.isEmpty else {
      throw ConfigurationError(
        place: "data.file",
        message: "no data set was given; make one with 'regnas data import' and pass --data FILE"
      )
    }
    data = try ImageDataset.openVerified(configuration.data.file)
    // Before whatever else may not fit another data set.
    if let dataDigest { try CheckpointCheck.check(data, is: dataDigest) }
    space = try Self.makeSpace(configuration, for: data)
    costs = try Self.costTable(configuration, of: space)
    let range = space.attainable(costs)
    budgets = try MemberBudget.resolve(
      configuration.search.budgets,
      metric: configuration.search.metric,
      cheapest: range.lowerBound,
      dearest: range.upperBound
    )
    images = try RunImages(configuration, data: data, device: device)
    reference = try ReferencePredictions(configuration, data: data)
    var digests: [String: String] = [:]
    // The data set has a digest of its content, and so has the supernet that a run ends up with.
    for input in inputs where !["data.file", "supernet.file"].contains(input.key) {
      digests[input.key] = try SHA256.ofFile(input.located)
    }
    inputDigests = digests
    checkedRecipe =
      supernetIsMade ? nil : try Self.makeRecipe(configuration, of: space, images)
  }

  /// How the supernet is trained. Reads the files that it begins from only where the run was opened with
  /// a supernet that is made.
  package var recipe: SupernetRecipe {
    get throws { try checkedRecipe ?? Self.makeRecipe(configuration, of: space, images) }
  }

  private static func makeRecipe(
    _ configuration: RunConfiguration,
    of space: any ConfiguredSpace,
    _ images: RunImages
  ) throws -> SupernetRecipe {
    try SupernetRecipe(
      configuration.supernet,
      of: space,
      stepsPerEpoch: images.trainingBatchesPerEpoch
    )
  }

  /// What results depend on to the last bit beside configuration and inputs.
  package var computer: String {
    "libtorch \(TorchRuntime.builtVersion), \(device), \(TorchRuntime.threads) threads"
  }

  /// The supernet of a file. Throws what `Supernet.read` throws, also for one of another space.
  package func readSupernet(_ path: String) throws -> Supernet {
    try Supernet.read(path, of: space, device: device)
  }

  private static func makeSpace(
    _ configuration: RunConfiguration,
    for data: ImageDataset
  ) throws -> any ConfiguredSpace {
    guard data.shape.height == data.shape.width else {
      throw RunError.invalidInput(
        "\(configuration.data.file): the images are \(data.shape.height) x \(data.shape.width) pixels, "
          + "the spaces take square ones; import them with --size"
      )
    }
    let space = try SpaceRegistry.makeSpace(
      name: configuration.space.name,
      images: ImageTask(
        channels: data.shape.channels,
        classes: data.classNames.count,
        resolutions: configuration.space.resolutions.isEmpty
          ? [data.shape.height] : configuration.space.resolutions
      )
    )
    return try configuration.space.widthMultiplier.map { try space.scaled(to: $0) } ?? space
  }

  private static func costTable(
    _ configuration: RunConfiguration,
    of space: any ConfiguredSpace
  ) throws -> CostTable {
    switch configuration.search.metric {
    case .macs: return try space.costTable(.macs)
    case .parameters: return try space.costTable(.parameters)
    case .latency:
      guard let path = configuration.search.latencyTable else {
        throw ConfigurationError(
          place: "search.latencyTable",
          message: "latency budgets need a table; make one with 'regnas latency measure'"
        )
      }
      return try LatencyTable.read(path).costs(for: space)
    }
  }
}
