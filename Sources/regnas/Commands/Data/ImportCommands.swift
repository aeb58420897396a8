import ArgumentParser
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
    try options.write(size: size, named: true) { try IDXSource(folder: folder, set: set) }
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
    try options.write(size: size, named: true) {
      try CIFARSource(folder: folder, labels: coarse ? .coarse : .fine)
    }
  }
}

struct ImportFolder: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "folder",
    abstract: "A folder of JPEG and PNG images, one subfolder per class.",
    discussion: """
      With subfolders train and test (or val) on top, the test split comes from the latter. The \
      shorter side is resized and the centre cropped.

      EXAMPLE
        regnas data import folder flowers --size 64 --out flowers.h5
      """
  )

  @Argument(help: "The folder.")
  var folder: String

  @Option(help: "Height and width of the images to make.")
  var size: Int

  @Flag(help: "Grey instead of colour images.")
  var grey = false

  @Flag(help: "Leave out images that cannot be decoded, naming each, instead of stopping.")
  var skipCorrupt = false

  @OptionGroup var options: ImportOptions

  func run() throws {
    try options.write {
      try FolderSource(
        folder: folder,
        size: size,
        channels: grey ? 1 : 3,
        skipCorrupt: skipCorrupt
      )
    }
  }
}
