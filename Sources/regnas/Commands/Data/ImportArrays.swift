import ArgumentParser
import ImageArrays
import ImageData

/// Which arrays of which files, for the importers of arrays.
struct ArrayOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Name of the image array; not for a file of one array.", valueName: "name")
  )
  var images: String?

  @Option(
    help: ArgumentHelp("Name of the label array; not for a file of one array.", valueName: "name")
  )
  var labels: String?

  @Option(help: ArgumentHelp("File of the labels, if it is another.", valueName: "file"))
  var labelsFile: String?

  @Option(help: ArgumentHelp("Image array of the search split.", valueName: "name"))
  var searchImages: String?

  @Option(help: ArgumentHelp("Its label array.", valueName: "name"))
  var searchLabels: String?

  @Option(help: ArgumentHelp("Its file, if it is another.", valueName: "file"))
  var searchFile: String?

  @Option(help: ArgumentHelp("File of its labels.", valueName: "file"))
  var searchLabelsFile: String?

  @Option(help: ArgumentHelp("Image array of the test split.", valueName: "name"))
  var testImages: String?

  @Option(help: ArgumentHelp("Its label array.", valueName: "name"))
  var testLabels: String?

  @Option(help: ArgumentHelp("Its file, if it is another.", valueName: "file"))
  var testFile: String?

  @Option(help: ArgumentHelp("File of its labels.", valueName: "file"))
  var testLabelsFile: String?

  @Option(help: "Dimensions of the images: nhwc, nchw, hwcn, nhw...")
  var layout: String?

  @Option(
    help: "Side of the square images to make of others."
  )
  var size: Int?

  /// The files that are named beside the first.
  var otherFiles: [String] {
    [labelsFile, searchFile, searchLabelsFile, testFile, testLabelsFile].compactMap(\.self)
  }

  func validate() throws {
    for part in heldOut where part.file == nil {
      let hasLabels = part.labels != nil || part.labelsFile != nil
      guard (part.images != nil) == hasLabels else {
        throw ValidationError("--\(part.split)-images and --\(part.split)-labels go together")
      }
    }
    if let size, !(1...4096).contains(size) {
      throw ValidationError("--size must be from 1 to 4096")
    }
  }

  /// What is said of the parts beside the training part.
  private var heldOut:
    [(split: Split, images: String?, labels: String?, file: String?, labelsFile: String?)]
  {
    [
      (.search, searchImages, searchLabels, searchFile, searchLabelsFile),
      (.test, testImages, testLabels, testFile, testLabelsFile),
    ]
  }

  func source(_ file: String) throws -> ArraySource {
    let training = ArraySource.Part(
      file: file,
      images: images,
      labelsFile: labelsFile,
      labels: labels
    )
    var parts: [Split: ArraySource.Part] = [:]
    for part in heldOut where part.file != nil || part.images != nil {
      // In a file of its own the arrays are called as in that of the training part.
      let isApart = part.file != nil
      parts[part.split] = ArraySource.Part(
        file: part.file ?? file,
        images: part.images ?? images,
        labelsFile: part.labelsFile ?? (isApart ? nil : labelsFile),
        labels: part.labels ?? (isApart ? labels : nil)
      )
    }
    return try ArraySource(
      training: training,
      search: parts[.search],
      test: parts[.test],
      layout: layout
    )
  }
}

/// An importer of arrays, whatever the format of the file.
protocol ArrayImport: ParsableCommand {
  var file: String { get }
  var arrays: ArrayOptions { get }
  var options: ImportOptions { get }
}

extension ArrayImport {
  func run() throws {
    try options.write(size: arrays.size, named: true, from: [file] + arrays.otherFiles) {
      try arrays.source(file)
    }
  }
}

struct ImportHDF5: ArrayImport {
  static let configuration = CommandConfiguration(
    commandName: "hdf5",
    abstract: "Image and label arrays of an HDF5 file, as h5py and MATLAB (-v7.3) write them.",
    discussion: """
      Images have shape [N, H, W], [N, H, W, C] or [N, C, H, W], others with --layout, and values \
      from 0 to 255 or from 0 to 1. Labels are whole numbers, names or one-hot. Without the names \
      of arrays, those of the file are listed. x_val and x_test beside x_train are found.

      EXAMPLE
        regnas data import hdf5 mine.h5 --images x_train --labels y_train --out data.h5
      """
  )

  @Argument(help: "The file.")
  var file: String

  @OptionGroup var arrays: ArrayOptions

  @OptionGroup var options: ImportOptions
}

struct ImportNPZ: ArrayImport {
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
}
