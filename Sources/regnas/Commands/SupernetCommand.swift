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
      abstract: "Verify a supernet file and tell what is in it.",
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

/// What `regnas supernet info` tells.
struct SupernetSummary: Encodable, CustomStringConvertible {
  var file: String
  var space: String
  var tensors: Int
  var parameters: Int
  var createdBy: String
  var contentDigest: String
  var provenance: [String: String]

  /// Reads and verifies every tensor.
  init(_ file: String) throws {
    self.file = file
    let information = try SupernetFile.information(path: file)
    let supernet = try Supernet.read(file)
    space = information.space.name
    tensors = supernet.layout.count
    parameters = supernet.layout.filter(\.isTrainable).reduce(0) { $0 + $1.count }
    createdBy = information.header.createdBy
    contentDigest = information.contentDigest
    provenance = information.provenance
  }

  var description: String {
    var lines = [
      "supernet    \(file), verified",
      "space       \(space)",
      "tensors     \(tensors), \(parameters) parameters",
      "created by  \(createdBy)",
      "sha256      \(contentDigest)",
    ]
    for (name, value) in provenance.sorted(by: { $0.key < $1.key }) {
      lines.append(value.contains("\n") ? "\n\(value)" : "\(name): \(value)")
    }
    return lines.joined(separator: "\n")
  }
}
