import ArgumentParser
import Foundation
import HDF5
import Torch

@main
struct RegNAS: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "regnas",
    abstract: "Searches families of networks that are accurate and have few negative flips.",
    discussion: """
      A family is one network per compute budget, cut from one weight-sharing supernet, each \
      containing the smaller ones. A negative flip is an image that a smaller member gets right \
      and a larger one wrong.

      EXAMPLE
        regnas data import idx /usr/share/datasets/fashion-mnist --out datasets/fashion.h5
        regnas train --data datasets/fashion.h5 --name first
        regnas sample checkpoints/first
      """,
    version: Version.text,
    subcommands: [
      TrainCommand.self, ResumeCommand.self, ExtendCommand.self, SampleCommand.self,
      PredictCommand.self, FlipsCommand.self, ExportCommand.self, ReportCommand.self,
      InspectCommand.self,
      CheckpointCommand.self,
      DataCommand.self, SpaceCommand.self, SupernetCommand.self, LatencyCommand.self,
      StudyCommand.self, CompareCommand.self,
      OracleCommand.self, ReadEverythingCommand.self,
    ]
  )

  static func main() {
    Console.claimDescriptors()
    Signals.prepare()
    do {
      var command = try parseAsRoot()
      let check = UnsealedFiles.Check(UnsealedFileCheck().read)
      try UnsealedFiles.$check.withValue(check) { try command.run() }
    } catch {
      ExitStatus.exit(with: error)
    }
  }
}

enum Version {
  static let number = Program.version
  /// Names the libraries that results depend on.
  static var text: String { "regnas \(number) (libtorch \(TorchRuntime.builtVersion))" }
}
