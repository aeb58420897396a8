import ArgumentParser
import Configuration
import Search

extension SupernetCommand {
  struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "train",
      abstract: "Train a supernet and stop there.",
      discussion: """
        Makes the same folder OUT/NAME as 'regnas train' does, with supernet.h5, metrics.jsonl and \
        the curves supernet.svg. 'regnas resume' goes on with the search. The rules of training are \
        the keys supernet.*; 'regnas train --print-config' lists them.

        EXAMPLE
          regnas supernet train --data datasets/fashion-mnist.h5 --name shrunk \\
            --set supernet.schedule=progressive-shrinking --set supernet.distillation=teacher
        """
    )

    @OptionGroup var new: NewRun

    func run() throws {
      try new.start(check: isToBeTrained, endingAs: "supernet trained", next: "resume") {
        try $0.trainSupernet()
      }
    }

    private func isToBeTrained(_ configuration: RunConfiguration) throws {
      guard configuration.supernet.file == nil else {
        throw ConfigurationError(
          place: "supernet.file",
          message: "it gives a trained supernet, so there is nothing to train; start from its "
            + "weights with supernet.initial, or search with 'regnas train'"
        )
      }
    }
  }
}
