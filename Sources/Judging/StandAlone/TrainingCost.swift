import Networks
import Runs
import Search
import SearchSpaces
import Supernet
import Training

/// What training a supernet computes, beside training its largest network alone for as many steps on
/// the same batches. Counted in multiply-accumulate operations, a backward pass as two forward ones:
/// exact for the architectures that the steps visit, and the same on every machine. Seconds differ,
/// since small networks use a processor less well.
package struct TrainingCost: Sendable, Hashable, Codable {
  package var steps: Int
  /// Per image: the sum over all steps and the networks that each visits, three passes each.
  package var supernetMACs: Int
  /// The same for the largest network alone.
  package var largestMACs: Int
  /// `supernetMACs / largestMACs`
  package var ratio: Double { Double(supernetMACs) / Double(largestMACs) }

  /// Of the supernet of a run that trained one.
  package init(ofSupernetIn run: SearchRun) throws {
    let setting = run.context.setting
    guard let supernet = run.products.supernet?.supernet else {
      throw RunError.unfinished("\(run.folder.path): the supernet is not trained yet")
    }
    let keys = setting.configuration.supernet
    try self.init(
      NetworkTrainer(
        supernet,
        configuration: keys.training,
        phases: SupernetRecipe(
          keys,
          of: setting.space,
          stepsPerEpoch: setting.images.trainingBatchesPerEpoch
        ).plan.phases,
        seed: run.configuration.seed
      )
    )
  }

  /// Of all the steps of a trainer, done or to come. A fixed teacher's forward pass counts once.
  package init(_ trainer: NetworkTrainer) throws {
    let space = trainer.supernet.space
    let table = try space.costTable(.macs)
    let largest = table.cost(of: space.largest, in: space.decisions)
    steps = trainer.steps
    largestMACs = 3 * largest * steps
    func cost(_ networks: [Architecture]) -> Int {
      networks.reduce(0) { $0 + table.cost(of: $1, in: space.decisions) }
    }
    supernetMACs = (0..<steps).reduce(0) { $0 + 3 * cost(trainer.visits(at: $1)) }
    for phase in trainer.phases {
      supernetMACs += phase.steps * (try trainer.targets.forwardMACs(in: phase, of: space))
    }
  }
}
