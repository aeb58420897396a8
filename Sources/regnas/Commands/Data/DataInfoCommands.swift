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

        With --names, prints their names in the source instead, of all images without --split.

        EXAMPLES
          regnas data info datasets/fashion-mnist.h5 --split search
          regnas data info datasets/photos.h5 --split test --names
        """
    )

    @Argument(help: "The data set file.")
    var file: String

    @Option(help: "Print the image numbers of this split: train, search or test.")
    var split: Split?

    @Flag(help: "Print the names of the images, such as their paths in the folder imported.")
    var names = false

    @Flag(help: "Print as JSON.")
    var json = false

    func run() throws {
      if names {
        try showNames()
      } else if let split {
        let indices = try ImageDataset.open(file).sourceRows(of: split)
        let text = indices.map(String.init).joined(separator: "\n")
        try Console.show(indices, text, json: json)
      } else {
        try Self.show(file, json: json)
      }
    }

    private func showNames() throws {
      let dataset = try ImageDataset.open(file)
      guard let all = dataset.imageNames else {
        throw ImageDataError(
          .badData,
          file,
          "its images have no names",
          remedy:
            "Folders of pictures have some: import them again if it was written by 0.1.0."
        )
      }
      let names = split.map { dataset.indices(of: $0).map { all[$0] } } ?? all
      // A line break in a name would make two names of it.
      let lines = names.map {
        $0.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
      }
      try Console.show(names, lines.joined(separator: "\n"), json: json)
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
        With --duplicates, also compares the pixels of all images: a picture in train and in test \
        makes figures too good, and one under two classes is wrong in one of them.

        EXAMPLES
          regnas data verify datasets/fashion-mnist.h5
          regnas data verify datasets/photos.h5 --duplicates
        """
    )

    @Argument(help: "The data set file.")
    var file: String

    @Flag(help: "Count and name images whose pixels are those of another image.")
    var duplicates = false

    @Flag(help: "With --duplicates: print all of them as JSON.")
    var json = false

    func validate() throws {
      guard duplicates || !json else { throw ValidationError("--json goes with --duplicates") }
    }

    func run() throws {
      let dataset = try ImageDataset.open(file)
      try dataset.verify()
      if duplicates {
        let found = dataset.duplicates()
        try Console.show(found, "\(file): whole\n\(found.text)", json: json)
      } else {
        Console.out("\(file): whole")
      }
    }
  }
}

extension Split: ExpressibleByArgument {}
