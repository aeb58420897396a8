import ArgumentParser
import Charts
import SearchSpaces

struct SpaceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "space",
    abstract: "List and describe search spaces.",
    subcommands: [List.self, Describe.self]
  )

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "Name the search spaces."
    )

    func run() {
      let rows = SpaceRegistry.presets.map { [$0.name, $0.summary] }
      for line in TextTable(header: [], rows: rows).lines { Console.out(line) }
    }
  }

  struct Describe: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "describe",
      abstract: "Decisions, sizes and costs of a space, or one network layer by layer.",
      discussion: """
        An architecture is written as its code (as in a family's table), as JSON of its decisions, \
        in the published encoding, or as 'smallest' or 'largest'.

        EXAMPLE
          regnas space describe mobilenetv3-w1.0
          regnas space describe resnet50 --architecture '{"d": 2, "e": 0.35, "w": 2}'
        """
    )

    @Argument(help: "Name of the space (see regnas space list).")
    var name: String

    @Option(help: "Describe this network.")
    var architecture: String?

    @Option(help: "Image size; several make it a decision.")
    var resolution: [Int] = []

    @Option(help: "Channels of the images.")
    var channels: Int?

    @Option(help: "Number of classes.")
    var classes: Int?

    @Flag(help: "Print as JSON.")
    var json = false

    func run() throws {
      let usual = try SpaceRegistry.preset(named: name).usualImages
      let images = ImageTask(
        channels: channels ?? usual.channels,
        classes: classes ?? usual.classes,
        resolutions: resolution.isEmpty ? usual.resolutions : resolution
      )
      let space = try SpaceRegistry.makeSpace(name: name, images: images)
      if let architecture {
        let summary = try NetworkSummary(try space.architecture(architecture), of: space)
        try Console.show(summary, summary.text, json: json)
      } else {
        let summary = try SpaceSummary(space)
        try Console.show(summary, summary.text, json: json)
      }
    }
  }
}
