import AtomicFiles
import Configuration
import Controller
import Decisions
import Foundation
import RandomStreams
import Runs
import Search
import SearchSpaces

/// The full MobileNetV3 space with ImageNet accuracies predicted from measured ones, so that
/// strategies can be compared in seconds: the table of 2373 evaluations of the published width-1.0
/// supernet in `datasets/` (search logs that DyNAS-T, IntelLabs, published under Apache-2.0).
package struct SurrogateProblem: Sendable {
  package let space: any ConfiguredSpace
  package let macs: CostTable
  /// Fitted to all rows.
  package let model: SurrogateModel
  /// Of a model fitted to 80 % of the distinct architectures, on the other 20 %.
  package let quality: SurrogateModel.Quality?
  /// Distinct architectures in the table.
  package let count: Int

  /// Columns `kernel_sizes`, `expand_ratios` and `depths` as digit strings, and
  /// `imagenet_top1_percent`.
  ///
  /// Throws `StorageError`, or ``RunError/invalidInput(_:)`` with the line that is wrong.
  package init(csv path: String) throws {
    let bytes = try readFile(path)
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-w1.0")
    let table: SurrogateTable
    do {
      table = try SurrogateTable(
        space: space.decisions,
        measurements: Self.measurements(TextFile.decode(bytes), of: space)
      )
    } catch {
      throw RunError.invalidInput("\(path): \(error)")
    }
    guard table.count > 0 else {
      throw RunError.invalidInput("\(path): the table holds no measured architecture")
    }
    var stream = RandomStream(seed: 0, name: "surrogate.split")
    let (training, heldOut) = table.split(heldOut: 0.2, using: &stream)
    quality = try SurrogateModel(training).quality(on: heldOut)
    model = try SurrogateModel(table)
    macs = try space.costTable(.macs)
    self.space = space
    count = table.count
  }

  private static func measurements(
    _ text: String,
    of space: any ConfiguredSpace
  ) throws -> [(assignment: Assignment, value: Double)] {
    let rows = try CSVTable(parsing: text)
    func digits(_ column: String) throws -> [[Double]] {
      try rows.column(column).enumerated().map { row, text in
        try text.map { character in
          guard let digit = character.wholeNumberValue else {
            throw ControllerError.invalidTable(
              line: row + 2,
              reason: "'\(text)' in column '\(column)' is not a string of digits"
            )
          }
          return Double(digit)
        }
      }
    }
    let (kernels, expands) = (try digits("kernel_sizes"), try digits("expand_ratios"))
    let (depths, values) = (try digits("depths"), try rows.numbers("imagenet_top1_percent"))
    return try values.indices.map { row in
      do {
        let lists = ["ks": kernels[row], "e": expands[row], "d": depths[row]]
        return (try space.architecture(OFAConfiguration(lists: lists)), values[row])
      } catch {
        throw ControllerError.invalidTable(line: row + 2, reason: "\(error)")
      }
    }
  }

  /// The architectures within a budget, in MACs at 224 pixels.
  ///
  /// Throws ``RunError/impossibleBudget(_:)``.
  package func feasible(budget: Budget) throws -> FeasibleSet {
    let range = space.attainable(macs)
    let limit = try MemberBudget.resolve(
      [budget],
      metric: .macs,
      cheapest: range.lowerBound,
      dearest: range.upperBound
    )[0].limit
    return try FeasibleSet(space.decisions, budgets: [.init(macs, limit: limit)])
  }
}
