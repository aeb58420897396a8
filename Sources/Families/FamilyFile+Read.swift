import Foundation
import HDF5
import SearchSpaces
import Supernet

extension Family {
  /// Reads a family file and checks that its parts fit each other; a file of version 1 too.
  ///
  /// `spaces` are the types that its space may be of; add your own for a space of your own.
  ///
  /// Throws `HDF5Error` for a foreign or damaged file, and
  /// `SupernetError.unknownSpaceType(type:known:)`.
  public init(
    contentsOf path: String,
    spaces: [any ConfiguredSpace.Type] = SpaceDescription.knownTypes
  ) throws {
    self = try FamilyReader(path).family(spaces)
  }
}

extension FamilyFile {
  /// The report stored in a family file, verified. Throws `HDF5Error`.
  public static func readReport(_ path: String) throws -> FamilyReport {
    try FamilyReader(path).report()
  }
}

/// An open family file whose checksums are verified. Whether its parts fit each other is checked
/// as they are read: a file may have been rewritten by another program.
struct FamilyReader {
  let header: FileHeader
  let root: HDF5Group

  init(_ path: String) throws {
    let artefact = try Artefact.open(
      path,
      expecting: FamilyFile.format,
      readerVersion: FamilyFile.version
    )
    header = artefact.header
    root = artefact.file.root
  }

  func report() throws -> FamilyReport {
    let text = try root.readStrings("report").values.first ?? ""
    return try root.checking("report") {
      try JSONDecoder().decode(FamilyReport.self, from: Data(text.utf8))
    }
  }

  func family(_ spaces: [any ConfiguredSpace.Type]) throws -> Family {
    let report = try report()
    let decisions = try root.readStrings("decisions").values
    let isFirstVersion = header.version < 2
    let space = try isFirstVersion ? nil : space(spaces, decisions)
    let images = try space.map { try self.images(for: $0) }
    let labels = try root.group("labels")
    let (search, test) = (
      try classes("search", in: labels, images), try classes("test", in: labels, images)
    )
    guard search.count == report.searchImages, test.count == report.testImages else {
      throw root.damage(
        in: "labels",
        "there are \(search.count) and \(test.count) labels for \(report.searchImages) and "
          + "\(report.testImages) images"
      )
    }
    let group = try root.group("members")
    guard try group.childNames().count == report.members.count else {
      throw root.damage(in: "members", "the report is of \(report.members.count) members")
    }
    let members = try report.members.indices.map { index in
      let member = try group.group(String(index + 1))
      return try self.member(
        member,
        of: space.map { .success($0) } ?? .failure(lacksSpace(member)),
        images,
        search: search,
        test: test
      )
    }
    return Family(
      members: members,
      report: report,
      decisions: decisions,
      provenance: try provenance(),
      space: space,
      images: images,
      reference: try reference(images, search: search, test: test),
      sampling: try isFirstVersion ? nil : sampling(),
      evaluations: try space.map { try evaluations(in: $0, members: members.count) }
    )
  }

  private func lacksSpace(_ member: HDF5Group) -> HDF5Error {
    HDF5Error(
      .missingObject,
      file: root.file.name,
      object: member.path,
      operation: "rebuild the network",
      cause: "this family was written by \(header.createdBy) as version \(header.version) of the "
        + "format, which did not store the configuration of its space",
      remedy: "Sample it again with 'regnas sample RUN --overwrite'."
    )
  }

  private func space(
    _ types: [any ConfiguredSpace.Type],
    _ decisions: [String]
  ) throws -> any ConfiguredSpace {
    let description = try SpaceDescription(from: root)
    let space = try root.checking("@space-configuration") {
      try description.makeSpace(types: types)
    }
    guard space.decisions.decisions.map(\.name) == decisions else {
      throw root.damage(in: "decisions", "they are not those of the stored space")
    }
    return space
  }

  private func provenance() throws -> Family.Provenance {
    Family.Provenance(
      configuration: try root.readStrings("configuration").values.first ?? "",
      dataDigest: try root.attribute("data-sha256"),
      searchDigest: try root.splitDigest("search"),
      testDigest: try root.splitDigest("test"),
      supernetDigest: try root.attribute("supernet-sha256"),
      computer: try root.attributeIfPresent("computer")
    )
  }

  private func sampling() throws -> Family.Sampling {
    let group = try root.group("sampling")
    return Family.Sampling(
      samples: Int(try group.readScalar("samples", as: Int64.self)),
      finalists: Int(try group.readScalar("finalists", as: Int64.self)),
      seed: try group.readScalar("seed", as: UInt64.self)
    )
  }

  private func reference(
    _ images: Family.Images?,
    search: [Int32],
    test: [Int32]
  ) throws -> Family.Reference? {
    guard try root.exists("reference") else { return nil }
    let group = try root.group("reference")
    return Family.Reference(
      search: try predictions("search", in: group, images, labels: search),
      test: try group.exists("test")
        ? predictions("test", in: group, images, labels: test) : nil
    )
  }
}
