import ArgumentParser
import Supernet

/// Not shown in help: for checking the supernets against numbers of the reference implementation.
struct OracleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oracle",
    abstract: "Print one oracle entry of a published supernet, deterministically filled, as JSON.",
    shouldDisplay: false
  )

  @Argument(help: "Id of the supernet, e.g. ofa_resnet50.")
  var id: String

  @Option(help: "Architecture in the published encoding, as JSON.")
  var architecture: String

  @Flag(help: "Calibrated figures too.")
  var calibrate = false

  func run() throws {
    try Console.json(oracleEntry(id: id, architecture: architecture, calibrate: calibrate))
  }
}
