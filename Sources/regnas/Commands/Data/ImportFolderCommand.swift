import ArgumentParser
import ImageData
import PictureFolders

struct ImportFolder: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "folder",
    abstract: "A folder of pictures, one subfolder per class.",
    discussion: """
      JPEG, PNG, WebP, BMP, GIF and TIFF files are told by their content and may lie at any depth \
      below their class. Subfolders train, val and test on top (or valid, validation, testing, \
      eval, in any capitals) are splits: val makes the search split, or the test split when there \
      is no other. Pictures are turned upright, the shorter side is resized and the centre \
      cropped. What is left out or changed is said at the end.

      EXAMPLES
        regnas data import folder flowers --size 64 --out flowers.h5
        regnas data import folder pets --size 64 --classes dog,cat --skip-corrupt --out pets.h5
      """
  )

  @Argument(help: "The folder.")
  var folder: String

  @Option(help: "Height and width of the images to make.")
  var size: Int

  @Flag(help: "Grey instead of colour images.")
  var grey = false

  @Flag(
    help: "Leave out images that cannot be opened or decoded, naming each, instead of stopping."
  )
  var skipCorrupt = false

  @Option(help: "What the folders on top are: classes, splits, or automatic to go by their names.")
  var layout = FolderLayout.automatic

  @Option(
    help: "Colour behind transparent pictures: white, black or hexadecimal digits such as 8080ff."
  )
  var background = Colour.white

  @OptionGroup var options: ImportOptions

  func run() throws {
    try options.write(from: [folder]) {
      try FolderSource(
        folder: folder,
        options: FolderSource.Options(
          size: size,
          channels: grey ? 1 : 3,
          skipsCorrupt: skipCorrupt,
          layout: layout,
          classes: options.classNames,
          background: background
        )
      )
    }
  }
}

extension FolderLayout: ExpressibleByArgument {}

extension Colour: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}
