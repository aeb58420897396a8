import Configuration
import Decisions
import Foundation
import Runs
import SearchSpaces

/// Everything that can be refused about a new run, found out without changing or computing anything: what
/// `--dry-run` checks is what a run checks before it begins.
package struct RunCheck {
  package let setting: RunSetting

  /// - Parameters:
  ///   - path: the folder that the run is to have; nil leaves it out.
  ///   - overwrite: whether a run that is there may be replaced.
  ///   - supernetIsMade: whether the run begins with a trained supernet of its own.
  ///
  /// Throws what is refused: `ConfigurationError`, ``RunError``, and the errors of files.
  package init(
    _ configuration: RunConfiguration,
    at path: String?,
    overwrite: Bool,
    supernetIsMade: Bool = false
  ) throws {
    setting = try RunSetting(configuration, supernetIsMade: supernetIsMade)
    try Self.rehearse(setting)
    guard let path else { return }
    let inputs = InputFiles().inputs(of: configuration)
    if let input = RunFolder.inputInTheWay(inputs.map(\.located), of: path) {
      let key = inputs.first { $0.located == input }?.key ?? ""
      throw ConfigurationError(
        place: key,
        message: "\(input) belongs to the run that is to be replaced; copy it elsewhere first, or "
          + "choose another --name"
      )
    }
    try RunFolder.checkCreation(
      path,
      overwrite: overwrite,
      room: try Self.size(setting, copies: 4)
    )
  }

  /// Refuses a supernet that this computer cannot hold, before hours are spent on swapping: weights
  /// alone to search over, and gradients and momentum beside them to train.
  private static func checkMemory(_ setting: RunSetting) throws {
    let isTrained = setting.supernetIsMade || setting.configuration.supernet.file != nil
    let needed = try size(setting, copies: isTrained ? 1 : 3)
    let there = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    guard needed > there else { return }
    let width = setting.configuration.space.widthMultiplier
    throw ConfigurationError(
      place: width == nil ? "space.name" : "space.widthMultiplier",
      message: "the supernet takes at least \(needed >> 20) MB of memory"
        + (isTrained ? "" : " in training") + ", and this computer has \(there >> 20) MB; "
        + (width == nil ? "take a smaller space, or a space.widthMultiplier" : "take a smaller one")
    )
  }

  /// Makes what a run makes later, where that is cheap.
  private static func rehearse(_ setting: RunSetting) throws {
    try checkMemory(setting)
    let (padding, side) = (setting.configuration.data.padding, setting.data.shape.height)
    guard padding < side else {
      throw ConfigurationError(
        place: "data.padding",
        message: "a crop after padding by \(padding) pixels may miss an image of \(side) x \(side) "
          + "pixels; give less than \(side)"
      )
    }
    for (index, budget) in setting.budgets.enumerated() {
      let set = try FeasibleSet(
        setting.space.decisions,
        budgets: [.init(setting.costs, limit: budget.limit)]
      )
      _ = try makeStrategy(setting.configuration, over: set, member: index)
    }
  }

  /// Bytes of so many numbers per parameter of the supernet, at least. Of what a run writes: the supernet,
  /// and one checkpoint of its training with weights, momentum and averages.
  private static func size(_ setting: RunSetting, copies: Int) throws -> Int {
    let parameters = try setting.space.attainable(setting.space.costTable(.parameters)).upperBound
    return copies * parameters * MemoryLayout<Float>.size
  }
}
