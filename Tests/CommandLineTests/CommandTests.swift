import TestSupport
import Testing

/// How the tests of this folder read a command.
@Suite struct CommandTests {
  private static let examples: [(Command, [String])] = [
    ("", []), ("  data   info ", ["data", "info"]),
    ("--set 'x=[a, b]' --name \"it's\"", ["--set", "x=[a, b]", "--name", "it's"]),
    (#"'{"d": 2}' a'b c'd '' \n"#, [#"{"d": 2}"#, "ab cd", "", #"\n"#]),
    ("a\n  b\n", ["a", "b"]),
  ]

  @Test(arguments: examples) func wordsAreParted(_ command: Command, _ words: [String]) {
    #expect(command.words == words)
  }

  @Test func whatIsInterpolatedIsNeverSplit() {
    let (path, more): (String, Command) = ("a b's \"c\"", "--json -q")
    let command: Command = "inspect \(path) --out=\(path)/x \(more) \(7) \("")"
    #expect(
      command.words == ["inspect", path, "--out=\(path)/x", "--json", "-q", "7", ""]
    )
  }

  @Test func quotesThatAreNeverClosedAreNamed() {
    withKnownIssue { let _: Command = "inspect 'a b" }
  }
}
