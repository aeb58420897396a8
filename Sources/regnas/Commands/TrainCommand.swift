import ArgumentParser
import Search

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a supernet and one controller per budget, from scratch.",
    discussion: """
      Makes the folder OUT/NAME with checkpoints, logs and the trained supernet. Interrupt it at \
      any time: 'regnas resume' goes on. Then 'regnas sample' gives the family.

      EXAMPLE
        regnas train --data datasets/fashion-mnist.h5 --name fashion --seed 1 \\
          --set search.budgets=15%,45%,90% --set controller.updates=30
      """
  )

  @OptionGroup var new: NewRun

  func run() throws {
    try new.start(next: { "the family: regnas sample \($0)" }) { try $0.train() }
  }
}
