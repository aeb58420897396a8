import ArgumentParser

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Import, describe and verify image data sets.",
    subcommands: [Import.self, Info.self, Verify.self]
  )

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import",
      abstract: "Turn images into one HDF5 data set file with train, search and test splits.",
      subcommands: [
        ImportIDX.self, ImportCIFAR.self, ImportFolder.self, ImportHDF5.self, ImportNPZ.self,
      ]
    )
  }
}
