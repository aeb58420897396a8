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

  @Option(help: "Name of the image array of the search split; x_val beside x_train is found.")
  var searchImages: String?

  @Option(help: "Name of the label array of the search split.")
  var searchLabels: String?

  @Option(help: "File of the search split, if it has one.")
  var searchFile: String?

  @Option(help: "The same for the search split's labels.")
  var searchLabelsFile: String?

  @Option(help: "Name of the image array of the test split; x_test beside x_train is found.")
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
  var otherFiles: [String] {
    [labelsFile, searchFile, searchLabelsFile, testFile, testLabelsFile].compactMap(\.self)
  }

  func validate() throws {
    for (split, part) in [("search", searchPart), ("test", testPart)] where part.file == nil {
      guard part.names.allSatisfy({ $0 == nil }) || (part.images != nil && part.hasLabels) else {
        throw ValidationError("--\(split)-images and --\(split)-labels go together")
      }
    }
    if let size, !(1...4096).contains(size) {
      throw ValidationError("--size must be from 1 to 4096")
    }
  }

  /// What is said of a part beside the training part.
  private struct HeldOut {
    var images: String?
    var labels: String?
    var file: String?
    var labelsFile: String?

    var names: [String?] { [images, labels, labelsFile] }
    var hasLabels: Bool { labels != nil || labelsFile != nil }

    func part(beside training: ArraySource.Part) -> ArraySource.Part? {
      if let file {
        return ArraySource.Part(
          file: file,
          images: images ?? training.images,
          labelsFile: labelsFile,
          labels: labels ?? training.labels
        )
      }
      guard images != nil else { return nil }
      return ArraySource.Part(
        file: training.file,
        images: images,
        labelsFile: labelsFile ?? training.labelsFile,
        labels: labels
      )
    }
  }

  private var searchPart: HeldOut {
    HeldOut(
      images: searchImages,
      labels: searchLabels,
      file: searchFile,
      labelsFile: searchLabelsFile
    )
  }

  private var testPart: HeldOut {
    HeldOut(images: testImages, labels: testLabels, file: testFile, labelsFile: testLabelsFile)
  }

  func source(_ file: String) throws -> ArraySource {
    let training = ArraySource.Part(
      file: file,
      images: images,
      labelsFile: labelsFile,
      labels: labels
    )
    return try ArraySource(
      training: training,
      search: searchPart.part(beside: training),
      test: testPart.part(beside: training),
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
      of arrays, those of the file are listed. Arrays of a search and a test split whose names differ \
      from these by val or test alone are taken for them.

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
