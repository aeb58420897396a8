import TestSupport
import Testing

@Suite struct HelpTests {
  private static let commands: [Command] = [
    "", "train", "resume", "sample", "inspect", "export", "compare", "data import idx",
    "data import cifar", "data import folder", "data import hdf5", "data import npz", "data info",
    "data verify",
    "space describe",
    "supernet info", "supernet import", "supernet train", "supernet evaluate", "supernet compare",
  ]

  @Test(arguments: commands) func everyCommandShowsAnExample(_ command: Command) throws {
    let result = try Regnas().succeed("\(command) --help")
    #expect(result.output.contains("EXAMPLE"))
    #expect(result.output.split(separator: "\n", omittingEmptySubsequences: false).count <= 50)
    #expect(result.errors.isEmpty)
  }

  @Test func theVersionNamesTheLibraries() throws {
    let result = try Regnas()("--version")
    #expect(result.output.hasPrefix("regnas "))
    #expect(result.output.contains("libtorch"))
  }

  @Test func unknownFlagsAreUsageErrors() throws {
    let regnas = try Regnas()
    try regnas.refuse("train --no-such-flag", 64, "--no-such-flag")
    try regnas.refuse("no-such-command", 64, "no-such-command")
    try regnas.refuse("sample", 64, "<folder>")
  }

  @Test func oraclesArePrintedAsJSON() throws {
    let output = try Regnas().succeed(
      #"oracle ofa_mbv3_d234_e346_k357_w1.0 --architecture '{"ks": 3, "e": 3, "d": 2}'"#
    ).output
    #expect(output.contains("\"parameters\" : 3410792"))
    #expect(output.contains("\"argmax_image0\" : 479"))
  }
}
