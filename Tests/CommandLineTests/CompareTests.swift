import Foundation
import TestSupport
import Testing

/// `regnas compare` on the committed table of measured networks.
@Suite(.serialized) struct CompareTests {
  private static let table = fixture("../../datasets/ofa_mbv3_w1.0_imagenet_top1.csv")

  private let regnas: Regnas
  private var folder: TemporaryFolder { regnas.folder }

  init() throws { regnas = try Regnas() }

  /// A table with its first measurements only: fitting all of them takes seconds in a debug build.
  private func smallTable() throws {
    let text = try String(contentsOfFile: Self.table, encoding: .utf8)
    try folder.put(
      text.split(separator: "\n").prefix(151).joined(separator: "\n") + "\n",
      "small.csv"
    )
  }

  private static let compare: Command = "compare --surrogate small.csv --threads 1"

  @Test func everyStrategyIsComparedUnderEveryBudget() throws {
    try smallTable()
    let command: Command = "\(Self.compare) --budget 300M,50% --seeds 2 --evaluations 12"
    let result = try regnas.succeed("\(command) --out curves")
    let names = ["reinforce", "ppo", "conditioned", "evolution", "local", "random"]
    let lines = result.output.split(separator: "\n").map(String.init)
    let titles = lines.filter { $0.hasPrefix("At most ") }
    #expect(titles.count == 2 && titles.first?.hasPrefix("At most 300M MACs") == true)
    for name in names {
      #expect(lines.count { $0.hasPrefix(name + " ") } == 2, "\(name) once under each budget")
    }
    #expect(result.output.contains("minus random") && result.output.contains("ms per evaluation"))
    #expect(result.output.contains("architectures a second"))
    #expect(result.errors.contains("Kendall's tau"))

    // Budgets x strategies x evaluations, each with a column per seed, best so far never falling.
    let rows = folder.text("curves.csv").split(separator: "\n")
      .map { $0.split(separator: ",").map(String.init) }
    #expect(
      rows[0] == [
        "budget_macs", "strategy", "evaluations", "mean", "lower", "upper", "seed_0", "seed_1",
      ]
    )
    #expect(rows.count == 1 + 2 * names.count * 12)
    for start in stride(from: 1, to: rows.count, by: 12) {
      let curve = rows[start..<start + 12]
      #expect(Set(curve.map { $0[1] }).count == 1)
      #expect(curve.map { $0[2] } == (1...12).map(String.init))
      let best = curve.compactMap { Double($0[7]) }
      #expect(best.count == 12 && best == best.sorted())
    }
    let pictures = folder.names().filter { $0.hasSuffix(".svg") }
    #expect(pictures.count == 2 && pictures.contains("curves-300M.svg"))

    // The same again, to the byte; other seeds would be other numbers.
    try regnas.succeed("\(command) --out again")
    #expect(folder.text("again.csv") == folder.text("curves.csv"))
    #expect(folder.text("again-300M.svg") == folder.text("curves-300M.svg"))
  }

  /// Within the cheapest network's neighbourhood there are fewer networks than evaluations.
  @Test func runsThatOnlyRepeatThemselvesEnd() throws {
    try smallTable()
    let result = try regnas.succeed(
      """
      \(Self.compare) --budget 0.1% --seeds 1 --evaluations 200 --patience 20
      --strategies reinforce,evolution
      """
    )
    #expect(result.output.split(separator: "\n").count { $0.contains("1/1") } == 2)
    #expect(!result.output.contains("minus random"))
  }

  /// One value has no interval, on paper or in the file.
  @Test func oneSeedHasNoInterval() throws {
    try smallTable()
    let result = try regnas.succeed(
      """
      \(Self.compare) --budget 300M --seeds 1 --evaluations 5 --strategies random,evolution
      --out single
      """
    )
    #expect(!result.output.contains("±") && result.output.contains("of one seed (no interval)"))
    let rows = folder.text("single.csv").split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    #expect(rows.count == 10 && rows.allSatisfy { $0[4].isEmpty && $0[5].isEmpty })
    #expect(!folder.text("single-300M.svg").contains("95 % interval"))
  }

  @Test func mistakesAreNamedBeforeAnythingIsComputed() throws {
    try smallTable()
    func refuse(_ options: Command, status: Int32 = 64, _ parts: String...) throws {
      let result = try regnas.refuse("\(Self.compare) \(options)", status)
      for part in parts { #expect(result.errors.contains(part), "\(options): \(result.errors)") }
    }
    try refuse("--strategies reinforse", "did you mean 'reinforce'?")
    try refuse("--strategies random,random", "named twice")
    try refuse("--strategies ,", "evolution")
    try refuse("--evaluations 0", "--evaluations")
    try refuse("--patience 0", "--patience")
    try refuse("--budget 10", "budgets from", "MACs can be met")
    try refuse("--budget 300M,300000000", "twice")
    try refuse("--budget many", "--budget", "many")
    try refuse("--set controller.learningrate=1", "did you mean 'controller.learningRate'")
    for out in [".", "..", "curves/", "''"] as [Command] {
      try refuse("--out \(out)", "is a folder")
    }
    try refuse("--out no/such/folder/x", status: 66, "no/such/folder: cannot write to")
  }

  @Test func tablesThatAreMissingOrWrong() throws {
    try regnas.refuse(Self.compare, 66, "small.csv")
    let header = "kernel_sizes,expand_ratios,depths,imagenet_top1_percent\n"
    let digits = String(repeating: "3", count: 20)
    for (text, message) in [
      ("", "no column 'kernel_sizes'"), ("a,b\n1,2\n", "no column 'kernel_sizes'"),
      (header, "no measured architecture"), (header + "\(digits),\(digits),22222\n", "line 2"),
      (header + "\(digits),\(digits),22222,good\n", "'good'"),
      (header + "\(digits),\(digits),22222,nan\n", "nan"),
      (header + "3x3,\(digits),22222,70\n", "line 2: '3x3'"),
      (header + "\(digits),\(digits),99999,70\n", "line 2"),
      (header + "33,\(digits),22222,70\n", "line 2"),
    ] {
      try folder.put(text, "small.csv")
      try regnas.refuse(Self.compare, 65, "small.csv", message)
    }
    try folder.put([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 0xFF], "small.csv")
    try regnas.refuse(Self.compare, 65, "small.csv")
  }
}
