import Search
import SearchSpaces
import Supernet
import Training

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

  /// Of all the steps of a trainer, done or to come. A fixed teacher's pass counts once.
  package init(_ trainer: SupernetTrainer) throws {
    let space = trainer.supernet.space
    let table = try space.costTable(.macs)
    let largest = table.cost(of: space.largest, in: space.decisions)
    steps = trainer.configuration.steps
    largestMACs = 3 * largest * steps
    supernetMACs = (0..<steps).reduce(0) { sum, step in
      sum + trainer.visits(at: step).reduce(0) { $0 + 3 * table.cost(of: $1, in: space.decisions) }
    }
    guard trainer.configuration.distillation == .teacher else { return }
    supernetMACs += trainer.phases.filter { !$0.elastic.isEmpty }
      .reduce(0) { $0 + largest * $1.steps }
  }
}
