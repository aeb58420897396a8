import ArgumentParser
import Supernet

struct SupernetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "supernet",
    abstract: "Train supernets, judge them, describe their files, and import published ones.",
    subcommands: [Train.self, Evaluate.self, Compare.self, Info.self, Import.self]
  )

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "info",
      abstract: "Verify a supernet file and show its content.",
      discussion: """
        EXAMPLE
          regnas supernet info checkpoints/fashion/supernet.h5
        """
    )

    @Argument(help: "The supernet file.")
    var file: String

    @Flag(help: "Print as JSON.")
    var json = false

    func run() throws { try Self.show(file, json: json) }

    static func show(_ file: String, json: Bool) throws {
      let summary = try SupernetSummary(file)
      try Console.show(summary, summary.description, json: json)
    }
  }
}
