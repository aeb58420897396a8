import Configuration
import Decisions
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
    try RunFolder.checkCreation(path, overwrite: overwrite, room: try Self.room(setting))
  }

  /// Makes what a run makes later, where that is cheap.
  private static func rehearse(_ setting: RunSetting) throws {
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

  /// A lower bound on what the run writes, in bytes: the supernet, and one checkpoint of its training
  /// with weights, momentum and averages.
  private static func room(_ setting: RunSetting) throws -> Int {
    let parameters = try setting.space.attainable(setting.space.costTable(.parameters)).upperBound
    return 4 * parameters * MemoryLayout<Float>.size
  }
}
