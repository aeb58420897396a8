import AtomicFiles
import Charts
import Configuration
import Families
import Foundation
import HDF5
import Runs
import SearchSpaces
import Study

/// A report on a run at any time, on a family or on a study: figures, and the page that shows them.
///
/// ```swift
/// let report = try Report(of: "checkpoints/fashion")
/// try report.write(to: "report.html", overwrite: false)
/// ```
///
/// Everything is only read. Nothing in it depends on time or place: the same family with the same data
/// gives the same bytes.
package struct Report: Sendable {
  package private(set) var figures: ReportFigures
  /// Pictures of flipping images, by their number in the test split, as addresses of an `img`.
  private(set) var pictures: [Int: String] = [:]
  /// In the order of the classes' numbers.
  private(set) var classNames: [String] = []
  /// Of each member, on the whole search split.
  private(set) var searchAccuracies: [Double] = []
  /// What the picture of a family or a study is made of.
  private var charts: [LineChart] = []

  /// - Parameters:
  ///   - path: the folder of a run or of a study, or a family file.
  ///   - data: where the data set is; nil to look where the configuration has it.
  /// - Throws: `RunError`, `HDF5Error`, `StorageError` or `ImageDataError`.
  package init(of path: String, data: String? = nil) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw RunError.missingInput(path)
    }
    guard isFolder.boolValue else {
      self = try Report(family: path, data: data)
      return
    }
    if FileManager.default.fileExists(atPath: "\(path)/\(RunFolder.configurationName)") {
      self = try Report(run: RunFolder.read(path), data: data)
    } else if StudyReading.isStudy(path) {
      self = try Report(study: path)
    } else {
      throw RunError.invalidInput(
        "\(path): this is the folder neither of a run (\(RunFolder.configurationName) is missing) nor of "
          + "a study (\(StudySummary.fileName) is missing); check the path, or give a family file"
      )
    }
  }

  /// - Parameter family: the run's family; nil for `family.h5` in its folder, where that is there.
  package init(run folder: RunFolder, family: String? = nil, data: String? = nil) throws {
    let inFolder = folder.exists(RunFolder.familyName) ? folder.file(RunFolder.familyName) : nil
    guard let path = family ?? inFolder else {
      self = try Report(unsampled: folder)
      return
    }
    let run = try RunReading(folder, needsProgress: false)
    self = try Report(Family(contentsOf: path), run, bases: folder.inputBases, data: data)
  }

  private init(unsampled folder: RunFolder) throws {
    let run = try RunReading(folder, needsProgress: true)
    figures = ReportFigures(
      title: "Run of \(run.configuration.space.name)",
      verdict: run.verdict
    )
    figures.notes = run.notes
    if let history = run.progress?.history, let space = run.space {
      figures.evaluations = try EvaluationFigures(history, of: space, run.configuration)
    }
    figures.curves = Curve.all(run.log)
    figures.configuration = ReportFigures.settings(run.configuration)
    if let digest = folder.beginning?.dataDigest {
      figures.provenance = [.init(name: "data set, SHA-256", value: digest)]
    }
    figures.commands = ReportFigures.training(run.configuration.yaml)
    if run.phase == "finished" { figures.commands.append("regnas sample checkpoints/again") }
  }

  private init(family path: String, data: String?) throws {
    let folder = OutputFile.folder(of: path)
    let bases = (try? RunFolder.read(folder))?.inputBases ?? [".", folder]
    self = try Report(Family(contentsOf: path), nil, bases: bases, data: data)
  }

  private init(_ family: Family, _ run: RunReading?, bases: [String], data: String?) throws {
    let verdict = FamilyVerdict(report: family.report)
    let count = family.members.count
    figures = ReportFigures(
      title: "A family of \(count) \(count == 1 ? "network" : "networks"), \(family.report.space)",
      verdict: verdict.text
    )
    figures.notes = verdict.doubts + (run?.notes ?? [])
    figures.family = family.report
    let configuration = RunConfiguration(storedResults: family.provenance.configuration)
    let names = family.classNames
    classNames = names
    let pairs = try NetworkPair.all(of: family)
    figures.flips = pairs.map { PairFlips($0, classNames: names) }
    let images = try TestImages.find(
      of: family,
      at: data,
      configuration,
      bases: bases,
      notes: &figures.notes
    )
    let limit = max(3, min(GalleryPair.limit, GalleryPair.limitOfAll / max(1, pairs.count)))
    figures.gallery = pairs.map {
      GalleryPair($0, classNames: names, names: images?.names, limit: limit)
    }
    if let images {
      for image in figures.gallery.flatMap(\.images) where pictures[image.number] == nil {
        pictures[image.number] = try images.address(of: image.number)
      }
    }
    if let space = family.space {
      if let evaluations = family.evaluations {
        figures.evaluations = EvaluationFigures(evaluations, of: space, configuration)
      }
      figures.blocks = BlockComparison(try family.members.map { try $0.description })
    } else {
      figures.notes.append(
        "This family was written by an earlier version, which stored neither the architectures that were "
          + "evaluated nor the space; 'regnas sample RUN --overwrite' stores them."
      )
    }
    if let run {
      figures.curves = Curve.all(run.log)
    } else {
      figures.notes.append(
        "The curves of the search are in the run's folder, which 'regnas report RUN' reads."
      )
    }
    if let configuration {
      figures.configuration = ReportFigures.settings(configuration)
    } else {
      figures.notes.append("The stored configuration is of another version and shown as it is.")
    }
    figures.provenance = ReportFigures.facts(family)
    figures.commands = ReportFigures.commands(family)
    charts = FamilyPicture(family.report).charts
    searchAccuracies = family.members.map(\.search.accuracy)
  }

  private init(study folder: String) throws {
    var notes: [String] = []
    let studies = try StudyReading.figures(in: folder, notes: &notes)
    let names = Set(studies.map(\.dataSet)).sorted()
    figures = ReportFigures(
      title: "Methods beside each other: \(names.joined(separator: ", "))",
      verdict: StudyReading.verdict(studies)
    )
    figures.notes = notes
    figures.studies = studies
    figures.commands = names.map {
      "regnas study \(shellQuoted("\($0).yaml")) --out \(shellQuoted(folder))"
    }
    charts = studies.map(\.chart)
  }

  /// Throws `StorageError` or `EncodingError`.
  package func html() throws -> String {
    try Page(
      title: figures.title,
      lead: lead,
      sections: sections,
      data: figures.json(isPretty: false)
    ).html()
  }

  /// Accuracy and negative flips over cost, or a study's picture for each space; nil where there is
  /// neither a family nor a study.
  package var picture: String? { charts.isEmpty ? nil : LineChart.column(charts) }
}
