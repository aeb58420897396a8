import AtomicFiles
import Foundation
import HDF5
import Supernet
import TensorFiles
import Torch

/// The file of a family, format `regnas.family`:
///
///     configuration, report              texts (YAML, JSON)
///     decisions                          names, in the order of `choices`
///     labels/search, labels/test         int32 [images]
///     members/1 ...                      attributes architecture, budget
///       choices                          int8 [decisions], -1 where a decision does not exist
///       predictions/search, .../test     int32 [images]
///       weights/<name>                   the extracted network
public enum FamilyFile {
  public static let format = "regnas.family"
  public static let version = 1

  /// What a family stands on.
  public struct Origin {
    public var configuration: String
    public var space: String
    public var decisions: [String]
    public var dataDigest: String
    public var supernetDigest: String
    public var searchLabels: [Int]
    public var testLabels: [Int]

    package init(
      configuration: String,
      space: String,
      decisions: [String],
      dataDigest: String,
      supernetDigest: String,
      searchLabels: [Int],
      testLabels: [Int]
    ) {
      self.configuration = configuration
      self.space = space
      self.decisions = decisions
      self.dataDigest = dataDigest
      self.supernetDigest = supernetDigest
      self.searchLabels = searchLabels
      self.testLabels = testLabels
    }
  }

  /// Publishes the file, whole or not at all. Throws `HDF5Error` or `StorageError`.
  public static func write(
    _ family: Family,
    to path: String,
    origin: Origin,
    storage: some Storage = SystemStorage()
  ) throws {
    let header = FileHeader(
      format: format,
      version: version,
      minimumReaderVersion: 1,
      createdBy: Program.identity,
      configurationDigest: try SHA256.of(origin.configuration)
    )
    try Artefact.write(header, to: path, storage: storage) { root in
      try write(family, origin, to: root)
    }
  }

  private static func write(_ family: Family, _ origin: Origin, to root: HDF5Group) throws {
    try root.setAttribute("space", origin.space)
    try root.setAttribute("data-sha256", origin.dataDigest)
    try root.setAttribute("supernet-sha256", origin.supernetDigest)
    try root.write("configuration", strings: [origin.configuration], shape: [])
    try root.write("report", strings: [try family.report.json()], shape: [])
    try root.write("decisions", strings: origin.decisions)
    let labels = try root.createGroup("labels")
    try labels.write("search", origin.searchLabels.map(Int32.init))
    try labels.write("test", origin.testLabels.map(Int32.init))
    let members = try root.createGroup("members")
    for (index, member) in family.members.enumerated() {
      let group = try members.createGroup(String(index + 1))
      try group.setAttribute("architecture", family.report.members[index].architecture)
      try group.setAttribute("budget", family.report.members[index].budget)
      try group.write("choices", member.architecture.choices.map(Int8.init))
      let predictions = try group.createGroup("predictions")
      try predictions.write("search", member.searchPredictions)
      try predictions.write("test", member.testPredictions)
      try group.createGroup("weights").write(tensors: member.weights)
    }
  }

  /// The report stored in a family file, verified.
  public static func readReport(_ path: String) throws -> FamilyReport {
    let file = try Artefact.open(path, expecting: format, readerVersion: version).file
    let text = try file.root.readStrings("report").values.first ?? ""
    do {
      return try JSONDecoder().decode(FamilyReport.self, from: Data(text.utf8))
    } catch {
      throw HDF5Error(
        .damagedFile,
        file: path,
        object: "report",
        operation: "read",
        cause: "\(error)"
      )
    }
  }

  /// Class per image of a split (`search` or `test`) of the largest member: a reference for other
  /// runs.
  package static func largestPredictions(_ path: String, split: String) throws -> [Int32] {
    let file = try Artefact.open(path, expecting: format, readerVersion: version).file
    let members = try file.root.group("members")
    let count = try members.childNames().count
    return try members.group(String(count)).group("predictions").read(split, as: Int32.self).values
  }
}
