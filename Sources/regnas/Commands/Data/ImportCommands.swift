import ArgumentParser
import ImageData

struct ImportIDX: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "idx",
    abstract: "IDX files, plain or .gz: MNIST, Fashion-MNIST and their kin.",
    discussion: """
      The folder holds train-images-idx3-ubyte and train-labels-idx1-ubyte, and the same with \
      t10k for the test split, each plain or .gz.

      EXAMPLE
        regnas data import idx /usr/share/datasets/fashion-mnist --search 10000 --out fashion.h5
      """
  )

  @Argument(help: "Folder of the IDX files.")
  var folder: String

  @OptionGroup var options: ImportOptions

  func run() throws {
    try options.write(IDXSource(folder: folder, classNames: options.classNames))
  }
}

struct ImportCIFAR: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cifar",
    abstract: "The binary version of CIFAR-10 or CIFAR-100.",
    discussion: """
      EXAMPLE
        regnas data import cifar cifar-10-batches-bin --search 5000 --out cifar10.h5
      """
  )

  @Argument(help: "Folder with data_batch_1.bin ... test_batch.bin, or train.bin and test.bin.")
  var folder: String

  @Flag(help: "The 20 superclasses of CIFAR-100 instead of its 100 classes.")
  var coarse = false

  @OptionGroup var options: ImportOptions

  func run() throws {
    try options.write(CIFARSource(folder: folder, labels: coarse ? .coarse : .fine))
  }
}

struct ImportHDF5: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hdf5",
    abstract: "Image and label arrays of an HDF5 file, as h5py writes them.",
    discussion: """
      Images are uint8 of shape [N, H, W], [N, H, W, C] or [N, C, H, W]; labels whole numbers.

      EXAMPLE
        regnas data import hdf5 mine.h5 --images x_train --labels y_train --out data.h5
      """
  )

  @Argument(help: "The file.")
  var file: String

  @Option(help: "Name of the image array.")
  var images: String

  @Option(help: "Name of the label array.")
  var labels: String

  @Option(help: "Name of the image array of the test split.")
  var testImages: String?

  @Option(help: "Name of the label array of the test split.")
  var testLabels: String?

  @OptionGroup var options: ImportOptions

  func validate() throws {
    guard (testImages == nil) == (testLabels == nil) else {
      throw ValidationError("--test-images and --test-labels go together")
    }
  }

  func run() throws {
    var test: HDF5Source.Pair?
    if let testImages, let testLabels {
      test = HDF5Source.Pair(images: testImages, labels: testLabels)
    }
    try options.write(
      HDF5Source(
        path: file,
        training: .init(images: images, labels: labels),
        test: test,
        classNames: options.classNames
      )
    )
  }
}
