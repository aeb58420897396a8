import ArgumentParser
import ImageData

extension DataCommand {
  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "info",
      abstract: "Describe a data set file.",
      discussion: """
        With --split, prints the number that each image of the split has in its source, in its \
        order, one a line: the order in which predictions of an outside model are given.

        EXAMPLE
          regnas data info datasets/fashion-mnist.h5 --split search
        """
    )

    @Argument(help: "The data set file.")
    var file: String

    @Option(help: "Print the image numbers of this split: train, search or test.")
    var split: Split?

    @Flag(help: "Print as JSON.")
    var json = false

    func run() throws {
      if let split {
        let indices = try ImageDataset.open(file).sourceRows(of: split)
        let text = indices.map(String.init).joined(separator: "\n")
        try Console.show(indices, text, json: json)
      } else {
        try Self.show(file, json: json)
      }
    }

    static func show(_ file: String, json: Bool) throws {
      let info = try ImageDataset.open(file).info
      try Console.show(info, info.text, json: json)
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify",
      abstract: "Check every byte, label and split of a data set file.",
      discussion: """
        EXAMPLE
          regnas data verify datasets/fashion-mnist.h5
        """
    )

    @Argument(help: "The data set file.")
    var file: String

    func run() throws {
      try ImageDataset.open(file).verify()
      Console.out("\(file): whole")
    }
  }
}

extension Split: ExpressibleByArgument {}
