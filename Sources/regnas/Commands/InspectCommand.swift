import ArgumentParser
import Families
import HDF5
import ImageData
import Latency
import Runs
import Search
import SearchSpaces
import Supernet

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Verify any file of regnas and show its content.",
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
    let format = try FileHeader.format(ofFile: file)
    switch format {
    case FamilyFile.format:
      let report = try FamilyFile.readReport(file)
      try Console.show(report, report.table, json: json)
    case Checkpoint.format:
      let summary = try CheckpointSummary(Checkpoint(path: file))
      try Console.show(summary, summary.description, json: json)
    case ImageDataset.format:
      try DataCommand.Info.show(file, json: json)
    case SupernetFile.format:
      try SupernetCommand.Info.show(file, json: json)
    case LatencyTable.format:
      Console.out(try LatencyTable.read(file).summary)
    case PredictionsFile.format:
      let (splits, identity) = try PredictionsFile.summary(file)
      let names = identity.keys.sorted().map { "\($0): \(identity[$0] ?? "")" }
      let counts = try splits.map {
        "\(try StoredPredictions(contentsOf: file, split: $0).labels.count) \($0)"
      }
      let images = counts.joined(separator: " and ")
      Console.out(
        (["predictions of one network for \(images) images"] + names).joined(separator: "\n")
      )
    default:
      throw HDF5Error(
        .foreignFile,
        file: file,
        operation: "inspect",
        cause: format.map { "this program does not know the format '\($0)'" }
          ?? "this HDF5 file was not written by regnas"
      )
    }
  }
}
