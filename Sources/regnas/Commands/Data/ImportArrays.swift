import ArgumentParser
import ImageArrays
import ImageData

/// Which arrays of which files, for the importers of arrays.
struct ArrayOptions: ParsableArguments {
  @Option(help: "Name of the image array; not for a file of one array.")
  var images: String?

  @Option(help: "Name of the label array; not for a file of one array.")
  var labels: String?

  @Option(help: "File of the labels, if it is another.")
  var labelsFile: String?

  @Option(help: "Name of the image array of the test split.")
  var testImages: String?

  @Option(help: "Name of the label array of the test split.")
  var testLabels: String?

  @Option(help: "File of the test split, if it has one.")
  var testFile: String?

  @Option(help: "The same for the test split's labels.")
  var testLabelsFile: String?

  @Option(help: "Dimensions of the images: nhwc, nchw, hwcn, nhw...")
  var layout: String?

  @Option(
    help: "Side of the square images to make of others."
  )
  var size: Int?

  /// The files that are named beside the first.
  var otherFiles: [String] { [labelsFile, testFile, testLabelsFile].compactMap { $0 } }

  func validate() throws {
    let isTest = testImages != nil || testLabels != nil || testFile != nil || testLabelsFile != nil
    if isTest, testFile == nil {
      guard testImages != nil, testLabels != nil || testLabelsFile != nil else {
        throw ValidationError("--test-images and --test-labels go together")
      }
    }
    if let size, !(1...4096).contains(size) {
      throw ValidationError("--size must be from 1 to 4096")
    }
  }

  func source(_ file: String) throws -> ArraySource {
    let training = ArraySource.Part(
      file: file,
      images: images,
      labelsFile: labelsFile,
      labels: labels
    )
    var test: ArraySource.Part?
    if let testFile {
      test = ArraySource.Part(
        file: testFile,
        images: testImages ?? images,
        labelsFile: testLabelsFile,
        labels: testLabels ?? labels
      )
    } else if testImages != nil {
      test = ArraySource.Part(
        file: file,
        images: testImages,
        labelsFile: testLabelsFile ?? labelsFile,
        labels: testLabels
      )
    }
    return try ArraySource(training: training, test: test, layout: layout)
  }
}

struct ImportHDF5: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hdf5",
    abstract: "Image and label arrays of an HDF5 file, as h5py and MATLAB (-v7.3) write them.",
    discussion: """
      Images have shape [N, H, W], [N, H, W, C] or [N, C, H, W], others with --layout, and values \
      from 0 to 255 or from 0 to 1. Labels are whole numbers, names or one-hot. Without the names \
      of arrays, those of the file are listed.

      EXAMPLE
        regnas data import hdf5 mine.h5 --images x_train --labels y_train --out data.h5
      """
  )

  @Argument(help: "The file.")
  var file: String

  @OptionGroup var arrays: ArrayOptions

  @OptionGroup var options: ImportOptions

  func run() throws {
    try options.write(size: arrays.size, named: true, from: [file] + arrays.otherFiles) {
      try arrays.source(file)
    }
  }
}

struct ImportNPZ: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "npz",
    abstract: "Image and label arrays of NumPy: .npz, or .npy files for each.",
    discussion: """
      As for hdf5. Arrays of Python objects are refused: nothing is executed.

      EXAMPLE
        regnas data import npz mnist.npz --images x_train --labels y_train \\
          --test-images x_test --test-labels y_test --out mnist.h5
        regnas data import npz images.npy --labels-file labels.npy --out data.h5
      """
  )

  @Argument(help: "The file.")
  var file: String

  @OptionGroup var arrays: ArrayOptions

  @OptionGroup var options: ImportOptions

  func run() throws {
    try options.write(size: arrays.size, named: true, from: [file] + arrays.otherFiles) {
      try arrays.source(file)
    }
  }
}
