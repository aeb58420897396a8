import ArgumentParser
import AtomicFiles
import Foundation
import Reports
import Runs

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write a report on a run, a family or a study, to look at in a browser.",
    discussion: """
      SUBJECT is the folder of a run, finished or not, a family file, or the folder of a study. The \
      report is one HTML file that needs nothing else. What it is on is only read.

      EXAMPLE
        regnas report checkpoints/fashion --out fashion.html
        regnas report family.h5 --picture family.svg
      """
  )

  @Argument(help: "Folder of a run or of a study, or a family file.")
  var subject: String

  @Option(
    name: .shortAndLong,
    help: "Where to write the page; report.html here if neither it, --picture nor --json is given."
  )
  var out: String?

  @Option(help: "Data set file that flipping images are shown from, if it has moved.")
  var data: String?

  @Option(help: "Where to write a picture (SVG) of a family or a study.")
  var picture: String?

  @Flag(help: "Replace files that are there.")
  var overwrite = false

  @Flag(help: "Print the figures of the report as JSON.")
  var json = false

  @OptionGroup var speech: SpeechOptions

  func run() throws {
    let page = out ?? (picture == nil && !json ? ReportFile.standardName : nil)
    if let page { try ReportFile.check(page, overwrite: overwrite) }
    if let picture { try ReportFile.checkPicture(picture, overwrite: overwrite) }
    let report = try Report(of: subject, data: data)
    let reporter = speech.reporter()
    if let picture {
      guard let text = report.picture else {
        throw RunError.unfinished(
          "\(subject): there is no picture without a family; sample one with 'regnas sample'"
        )
      }
      try ReportFile.write(text, to: picture, overwrite: overwrite)
      reporter.note("wrote \(picture)")
    }
    if let page {
      try ReportFile.write(report.html(), to: page, overwrite: overwrite)
      reporter.note("wrote \(page)")
    }
    if json { Console.out(try report.figures.json(isPretty: true)) }
  }
}
