import Decisions
import Networks
import SearchSpaces
import Supernet
import Torch

/// Measured latencies of a space on one device, as a cost that can be a budget.
///
/// The latency of a network is predicted as the sum over its parts (stem, blocks, head), each
/// measured alone with batch norm folded. How far that is from the latency of whole networks is
/// measured too (``checks``).
package struct LatencyTable: Sendable, Hashable {
  package var space: SpaceDescription
  package var device: DeviceIdentity
  /// Images per run.
  package var batch: Int
  package var precision: ComputePrecision
  /// Nanoseconds per run, made monotone on the safe side (``CostTable/monotoneEnvelope(in:)``).
  package var costs: CostTable
  package var checks: [Check]

  /// A whole network beside its prediction.
  package struct Check: Sendable, Hashable, Codable {
    package var architecture: Architecture
    /// Nanoseconds.
    package var measured: Int
    package var predicted: Int

    package init(architecture: Architecture, measured: Int, predicted: Int) {
      self.architecture = architecture
      self.measured = measured
      self.predicted = predicted
    }

    /// `(predicted - measured) / measured`
    package var relativeError: Double { Double(predicted - measured) / Double(max(1, measured)) }
  }

  /// Mean of the absolute relative errors over all checks; 0 without any.
  package var meanRelativeError: Double {
    checks.isEmpty ? 0 : checks.reduce(0) { $0 + abs($1.relativeError) } / Double(checks.count)
  }

  package var worstRelativeError: Double { checks.map { abs($0.relativeError) }.max() ?? 0 }

  /// The costs, for a search in `space` of networks for the device that the table names.
  ///
  /// Throws ``SupernetError/wrongSpace(file:found:expected:)`` for a table of another space,
  /// ``LatencyError/wrongImages(command:)`` for one that differs in its images only.
  package func costs(for space: any ConfiguredSpace) throws -> CostTable {
    let expected = try SpaceDescription(space)
    guard self.space == expected else {
      if try self.space.differsAtMostInImages(from: expected) {
        let input = space.input
        let sizes = input.resolution.choices.map { "--resolution \($0)" }
        throw LatencyError.wrongImages(
          command:
            "regnas latency measure \(space.name) \(sizes.joined(separator: " ")) --channels "
            + "\(input.channels) --classes \(input.classes) --out FILE, and --width-multiplier where "
            + "the run sets it"
        )
      }
      throw SupernetError.wrongSpace(
        file: "the latency table",
        found: self.space,
        expected: expected
      )
    }
    return costs
  }

  /// What is to be known where the table is used on `device`: nil if that is the device it is for.
  package func note(on device: DeviceIdentity) -> String? {
    guard self.device != device else { return nil }
    return
      "latencies are those of the device that the table was measured on, \(self.device); this one "
      + "is \(device)"
  }

  package init(
    space: SpaceDescription,
    device: DeviceIdentity,
    batch: Int,
    precision: ComputePrecision,
    costs: CostTable,
    checks: [Check]
  ) {
    self.space = space
    self.device = device
    self.batch = batch
    self.precision = precision
    self.costs = costs
    self.checks = checks
  }
}
