import Foundation
import Testing

@Suite struct HelpTests {
  private static let commands = [
    [], ["train"], ["resume"], ["sample"], ["inspect"], ["compare"], ["data", "import", "idx"],
    ["data", "import", "cifar"], ["data", "import", "folder"], ["data", "import", "hdf5"],
    ["data", "info"], ["data", "verify"], ["space", "describe"], ["supernet", "info"],
    ["supernet", "import"], ["supernet", "train"], ["supernet", "evaluate"],
    ["supernet", "compare"],
  ]

  @Test(arguments: commands) func everyCommandShowsAnExample(_ command: [String]) throws {
    let regnas = Regnas(folder: try Folder())
    let result = regnas.finish(try regnas.start(command + ["--help"]))
    #expect(result.status == 0)
    #expect(result.output.contains("EXAMPLE"), "\(command)")
    #expect(result.output.split(separator: "\n", omittingEmptySubsequences: false).count <= 50)
    #expect(result.errors.isEmpty)
  }

  @Test func theVersionNamesTheLibraries() throws {
    let result = try Regnas(folder: Folder())("--version")
    #expect(result.output.hasPrefix("regnas "))
    #expect(result.output.contains("libtorch"))
  }

  @Test func unknownFlagsAreUsageErrors() throws {
    let regnas = Regnas(folder: try Folder())
    #expect(try regnas("train", "--no-such-flag").status == 64)
    #expect(try regnas("no-such-command").status == 64)
    #expect(try regnas("sample").status == 64)
  }

  @Test func spacesAreDescribed() throws {
    let regnas = Regnas(folder: try Folder())
    let space = try regnas("space", "describe", "mobilenetv3-w1.0")
    #expect(space.output.contains("2.176e19"))
    let network = try regnas(
      "space",
      "describe",
      "resnet50",
      "--architecture",
      #"{"d": 2, "e": 0.35, "w": 2}"#,
      "--json"
    )
    #expect(network.output.contains("\"macs\" : 7491643904"))
    #expect(network.output.contains("\"parameters\" : 48105992"))
    let wrong = try regnas(
      "space",
      "describe",
      "mobilenetv3-w1.0",
      "--architecture",
      #"{"ks": [3, 5], "e": 4, "d": 2}"#
    )
    #expect(wrong.status == 64)
    let unknown = try regnas("space", "describe", "mobilenet-small")
    #expect(unknown.status == 64)
    #expect(unknown.errors.contains("mobilenetv3-small"))
  }

  @Test func oraclesArePrintedAsJSON() throws {
    let result = try Regnas(folder: Folder())(
      "oracle",
      "ofa_mbv3_d234_e346_k357_w1.0",
      "--architecture",
      #"{"ks": 3, "e": 3, "d": 2}"#
    )
    #expect(result.status == 0)
    #expect(result.output.contains("\"parameters\" : 3410792"))
    #expect(result.output.contains("\"argmax_image0\" : 479"))
  }
}
