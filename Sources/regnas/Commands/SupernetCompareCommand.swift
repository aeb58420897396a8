import ArgumentParser
import Controller
import Foundation
import Judging
import Search
import Statistics

extension SupernetCommand {
  struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "compare",
      abstract: "Put evaluations of several seeds and spaces together, as a Markdown table.",
      discussion: """
        Reads what 'regnas supernet evaluate --alone --out FOLDER' left. Evaluations of one space \
        become one column: mean over the seeds, with Student's 95 % interval over them.

        EXAMPLE
          regnas supernet compare checkpoints/study/*/evaluation
        """
    )

    @Argument(help: "Folders of finished evaluations.")
    var folders: [String]

    @Flag(help: "Print as JSON.")
    var json = false

    func run() throws {
      let studies = try SupernetStudy.all(folders.map { try SupernetEvaluation.read(folder: $0) })
      if json { try Console.json(studies) } else { Console.out(studies.markdown) }
    }
  }
}

extension [SupernetStudy] {
  /// One column per space.
  var markdown: String {
    func row(_ title: String, _ cell: (SupernetStudy) -> String) -> String {
      "| " + ([title] + map(cell)).joined(separator: " | ") + " |"
    }
    func interval(_ value: MeanInterval?, _ format: String, times factor: Double = 1) -> String {
      guard let value else { return "-" }
      func text(_ number: Double) -> String { String(format: format, number * factor) }
      guard let lower = value.lower, let upper = value.upper else { return text(value.mean) }
      return "\(text(value.mean)) [\(text(lower)), \(text(upper))]"
    }
    return [
      row("") { $0.space },
      "|---|" + map { _ in "---|" }.joined(),
      row("seeds x architectures") { "\($0.seeds.count) x \($0.architectures)" },
      row("training images, epochs") { "\($0.trainingImages), \($0.epochs)" },
      row("inherited accuracy %") { interval($0.inherited, "%.2f", times: 100) },
      row("alone accuracy %") { interval($0.alone, "%.2f", times: 100) },
      row("**inherited - alone, points**") { interval($0.difference, "%+.2f", times: 100) },
      row("the same, over architectures") {
        interval($0.differenceOverArchitectures, "%+.2f", times: 100)
      },
      row("Kendall's tau, inherited and alone") { interval($0.tau, "%.3f") },
      row("Kendall's tau, alone under two seeds") {
        $0.tauOfSeeds.map { String(format: "%.3f", $0) } ?? "-"
      },
      row("nested pairs") { "\($0.pairs)" },
      row("NFR % inherited") { interval($0.inheritedFlips, "%.2f", times: 100) },
      row("NFR % trained apart") { interval($0.aloneFlips, "%.2f", times: 100) },
      row("**fewer negative flips, %**") { interval($0.reduction, "%.1f", times: 100) },
      row("**multiply-adds over the largest alone**") { interval($0.costRatio, "%.2f") },
    ].joined(separator: "\n")
  }
}
