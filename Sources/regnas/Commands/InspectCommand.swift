import ArgumentParser
import Families
import HDF5
import ImageData
import Search
import SearchSpaces
import Supernet

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Verify any file of regnas and tell what is in it.",
    discussion: """
      Knows data sets, supernets, checkpoints of searches, families, latency tables and \
      predictions.

      EXAMPLE
        regnas inspect checkpoints/fashion/family.h5
      """
  )

  @Argument(help: "The file.")
  var file: String

  @Flag(help: "Print as JSON.")
  var json = false

  func run() throws {
    let opened = try HDF5File.open(file)
    let format = try FileHeader.format(of: opened)
    try opened.close()
    switch format {
    case FamilyFile.format:
      let report = try FamilyFile.readReport(file)
      if json { try Console.json(report) } else { Console.out(report.table) }
    case Checkpoint.format:
      let summary = try CheckpointSummary(Checkpoint(path: file))
      if json { try Console.json(summary) } else { Console.out(summary.description) }
    case "regnas.dataset":
      try DataCommand.Info.show(file, json: json)
    case "regnas.supernet":
      try SupernetCommand.Info.show(file, json: json)
    case LatencyTable.format:
      Console.out(try LatencyTable.read(file).summary)
    case PredictionsFile.format:
      let (identity, content) = try PredictionsFile.read(file)
      let names = identity.keys.sorted().map { "\($0): \(identity[$0] ?? "")" }
      let counts = "\(content.search.count) search and \(content.test.count) test images"
      Console.out((["predictions of one network for \(counts)"] + names).joined(separator: "\n"))
    default:
      throw HDF5Error(
        .foreignFile,
        file: file,
        operation: "inspect",
        cause: format.map { "'\($0)' is no format this program knows" }
          ?? "this HDF5 file was not written by regnas"
      )
    }
  }
}
