import ArgumentParser
import ImageArrays
import ImageData

struct ImportIDX: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "idx",
    abstract: "IDX files, plain or .gz: MNIST, Fashion-MNIST and their kin.",
    discussion: """
      The folder or one below it holds train-images-idx3-ubyte and train-labels-idx1-ubyte, and \
      the same with t10k or test for the test split, each plain or .gz. Names may begin with that \
      of the data set, as EMNIST's: --set emnist-letters.

      EXAMPLE
        regnas data import idx /usr/share/datasets/fashion-mnist --search 10000 --out fashion.h5
      """
  )

  @Argument(help: "Folder of the IDX files.")
  var folder: String

  @Option(help: "What the file names begin with, where there are several data sets.")
  var set: String?

  @Option(
    help: "Side of the square images to make of others."
  )
  var size: Int?

  @OptionGroup var options: ImportOptions

  func run() throws {
    try options.write(size: size, named: true, from: [folder]) {
      try IDXSource(folder: folder, set: set)
    }
  }
}

struct ImportCIFAR: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cifar",
    abstract: "CIFAR-10 or CIFAR-100, the binary or the Python version.",
    discussion: """
      The folder or the one below it that the archive unpacks to. Pickles are read, not executed.

      EXAMPLE
        regnas data import cifar cifar-10-batches-bin --search 5000 --out cifar10.h5
      """
  )

  @Argument(help: "Folder of the batches, such as data_batch_1.bin ... test_batch.bin.")
  var folder: String

  @Flag(help: "The 20 superclasses of CIFAR-100 instead of its 100 classes.")
  var coarse = false

  @Option(help: "Side of the square images to make of others.")
  var size: Int?

  @OptionGroup var options: ImportOptions

  func run() throws {
    try options.write(size: size, named: true, from: [folder]) {
      try CIFARSource(folder: folder, labels: coarse ? .coarse : .fine)
    }
  }
}
