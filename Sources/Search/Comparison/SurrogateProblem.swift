import Controller
import Decisions
import Foundation
import HDF5
import RandomStreams
import SearchSpaces

/// The full MobileNetV3 space with ImageNet accuracies predicted from measured ones, so that
/// strategies can be compared in seconds: the table of 2373 evaluations of the published width-1.0
/// supernet in `datasets/` (search logs that DyNAS-T, IntelLabs, published under Apache-2.0).
public struct SurrogateProblem: Sendable {
  public let space: any ConfiguredSpace
  public let macs: CostTable
  /// Fitted to all rows.
  public let model: SurrogateModel
  /// Of a model fitted to 80 % of the distinct architectures, on the other 20 %.
  public let quality: SurrogateModel.Quality?
  /// Distinct architectures in the table.
  public let count: Int

  /// Columns `kernel_sizes`, `expand_ratios` and `depths` as digit strings, and
  /// `imagenet_top1_percent`.
  public init(csv path: String) throws {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw StorageError(path, "open", code: ENOENT)
    }
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-w1.0")
    let rows: CSVTable
    do {
      rows = try CSVTable(parsing: String(decoding: bytes, as: UTF8.self))
    } catch {
      throw RunError.invalidInput("\(path): \(error)")
    }
    func digits(_ column: String) throws -> [[Double]] {
      try rows.column(column).enumerated().map { row, text in
        try text.map { character in
          guard let digit = character.wholeNumberValue else {
            throw RunError.invalidInput(
              "\(path):\(row + 2): '\(text)' in column '\(column)' is not a string of digits")
          }
          return Double(digit)
        }
      }
    }
    let (kernels, expands) = (try digits("kernel_sizes"), try digits("expand_ratios"))
    let (depths, values) = (
      try digits("depths"), try rows.numbers("imagenet_top1_percent")
    )
    let measured = try values.indices.map { row -> (assignment: Assignment, value: Double) in
      do {
        let architecture = try space.architecture(
          OFAConfiguration(lists: ["ks": kernels[row], "e": expands[row], "d": depths[row]]))
        return (architecture, values[row])
      } catch {
        throw RunError.invalidInput("\(path):\(row + 2): \(error)")
      }
    }
    let table = try SurrogateTable(space: space.decisions, measurements: measured)
    var stream = RandomStream(seed: 0, name: "surrogate.split")
    let (training, heldOut) = table.split(heldOut: 0.2, using: &stream)
    quality = try SurrogateModel(training).quality(on: heldOut)
    model = try SurrogateModel(table)
    macs = try space.costTable(.macs)
    self.space = space
    count = table.count
  }

  /// The architectures within a budget, in MACs at 224 pixels.
  public func feasible(budget: Budget) throws -> FeasibleSet {
    let range = space.attainable(macs)
    let limit = try MemberBudget.resolve(
      [budget], metric: .macs, cheapest: range.lowerBound, dearest: range.upperBound)[0].limit
    return try FeasibleSet(space.decisions, budgets: [.init(macs, limit: limit)])
  }
}
