import ArgumentParser
import Supernet
import Torch

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

  @Flag(help: "In float32 instead of float64.")
  var float32 = false

  @Option(help: "\(Device.names).")
  var device = "cpu"

  func run() throws {
    try TorchRuntime.start(threads: 1)
    try Console.json(
      oracleEntry(
        id: id,
        architecture: architecture,
        calibrate: calibrate,
        elementType: float32 ? .float32 : .float64,
        device: Device(device)
      )
    )
  }
}
