import Decisions
import SearchSpaces
import Supernet

/// What training a supernet computes, beside training its largest network alone for as many steps on
/// the same batches. Counted in multiply-accumulate operations, a backward pass as two forward ones:
/// exact for the architectures that the steps visit, and the same on every machine. Seconds differ,
/// since small networks use a processor less well.
public struct TrainingCost: Sendable, Hashable, Codable {
  public var steps: Int
  /// Per image: the sum over all steps and the networks that each visits, three passes each.
  public var supernetMACs: Int
  /// The same for the largest network alone.
  public var largestMACs: Int
  /// `supernetMACs / largestMACs`
  public var ratio: Double { Double(supernetMACs) / Double(largestMACs) }

  init(visits: [[Architecture]], of space: some SearchSpace) throws {
    let table = try space.costTable(.macs)
    func cost(_ architecture: Architecture) -> Int {
      3 * table.cost(of: architecture, in: space.decisions)
    }
    steps = visits.count
    supernetMACs = visits.reduce(0) { $0 + $1.reduce(0) { $0 + cost($1) } }
    largestMACs = visits.count * cost(space.largest)
  }
}
