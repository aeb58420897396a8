import AtomicFiles
import Families
import Foundation
import ImageData
import Supernet
import Torch

/// Members of a family as files that other programs load, each in a folder of its own.
///
/// ```swift
/// let export = try FamilyExport(contentsOf: "family.h5", options: ExportOptions(formats: [.onnx]))
/// let report = try export.write(to: "exported")
/// ```
///
/// Every file is read back and run before it is published: where its predictions are not the family's,
/// nothing is. The same family and options give the same bytes, whatever images they were tried on.
public struct FamilyExport {
  public let family: Family
  public let options: ExportOptions
  private let path: String
  /// SHA-256 of the family file.
  private let digest: String
  private let images: Family.Images

  /// Reads a family file.
  ///
  /// Throws `HDF5Error` for a foreign or damaged file, or one of version 1, and `SupernetError`.
  public init(contentsOf path: String, options: ExportOptions) throws {
    family = try Family(contentsOf: path)
    digest = try SHA256.ofFile(path)
    self.path = path
    self.options = options
    // What a file of version 1 lacks is said by its members.
    _ = try family.members.first?.description
    guard let images = family.images else {
      throw DeliveryError.noSuchMember(number: 1, count: 0, family: path)
    }
    self.images = images
  }

  /// What was written and how it was verified.
  public struct Report: Sendable, Hashable, Codable {
    public static let schema = "regnas.export/1"

    public var schema = Self.schema
    public var folder: String
    public var files: [File]

    public struct File: Sendable, Hashable, Codable {
      /// From 1.
      public var member: Int
      public var format: ExportFormat
      /// Within the folder.
      public var path: String
      public var bytes: Int
      public var sha256: String
      public var verification: Verification
    }
  }

  /// Which members are exported, by their numbers: all, or one.
  ///
  /// Throws ``DeliveryError/noSuchMember(number:count:family:)``.
  public func numbers(only member: Int? = nil) throws -> [Int] {
    let all = family.members.indices.map { $0 + 1 }
    guard let member else { return all }
    guard all.contains(member) else {
      throw DeliveryError.noSuchMember(
        number: member,
        count: family.members.count,
        family: path
      )
    }
    return [member]
  }

  /// Whether the test images of a data set are those that members predict.
  ///
  /// Throws ``DeliveryError/otherImages(file:expected:found:)`` where they are not.
  package func check(_ data: ImageDataset) throws {
    var expected = family.provenance.dataDigest
    var found = data.digest
    if found != expected, let test = family.provenance.testDigest {
      (expected, found) = (test, try data.digest(of: .test))
    }
    // The number too: a family file may have been rewritten by another program.
    guard found == expected, data.indices(of: .test).count == family.report.testImages else {
      throw DeliveryError.otherImages(file: data.path, expected: expected, found: found)
    }
  }

  /// Says at once whether the folder can be written.
  ///
  /// Throws `OutputError` or `StorageError`.
  package static func checkFolder(_ folder: String, overwrite: Bool) throws {
    try AtomicFolder.check(folder, overwrite: overwrite, isOwn: isExport)
  }

  /// Whether a folder holds nothing but folders of members, with nothing in them that was added.
  private static func isExport(_ folder: String) -> Bool {
    let own = Set([recordName, readmeName] + ExportFormat.allCases.map(\.fileName))
    func names(_ path: String) -> [String]? {
      try? FileManager.default.contentsOfDirectory(atPath: path)
    }
    return names(folder)?.allSatisfy { name in
      let member = "\(folder)/\(name)"
      guard name.hasPrefix("member-"), let files = names(member), own.isSuperset(of: files),
        let text = try? readFile("\(member)/\(recordName)"),
        let record = try? JSONDecoder().decode(MemberRecord.self, from: Data(text))
      else { return false }
      return record.schema == MemberRecord.schema
    } ?? false
  }

  private static let recordName = "config.json"
  private static let readmeName = "README.md"

  /// Makes, verifies and publishes the folder: `member-1` and so on in it.
  ///
  /// - Parameters:
  ///   - data: whose first `imageCount` test images the files are tried on, against the predictions that
  ///     the family stores; noise against the members' own networks where it is nil.
  ///   - storage: how files are written.
  ///   - note: is told where noise has to do although there is a data set.
  ///
  /// Throws ``DeliveryError``, `StorageError`, `OutputError`, `TorchError` and others; then nothing is left.
  @discardableResult
  package func write(
    to folder: String,
    only member: Int? = nil,
    overwrite: Bool = false,
    verifiedOn data: ImageDataset? = nil,
    imageCount: Int = 1000,
    storage: some Storage = SystemStorage(),
    note: (String) -> Void = { _ in }
  ) throws -> Report {
    let numbers = try numbers(only: member)
    if let data { try check(data) }
    try Self.checkFolder(folder, overwrite: overwrite)
    return try AtomicFolder.replace(folder, storage: storage) { temporary in
      let files = try numbers.flatMap { number in
        let content = try content(number, data, imageCount, note)
        let name = "member-\(number)"
        guard mkdir("\(temporary)/\(name)", 0o777) == 0 else {
          throw StorageError("\(folder)/\(name)", "create", code: errno)
        }
        for (file, bytes) in content.texts + content.models.map({ ($0.format.fileName, $0.bytes) })
        {
          try Self.write(bytes, to: "\(name)/\(file)", in: temporary, for: folder, storage)
        }
        return try content.models.map { model in
          Report.File(
            member: number,
            format: model.format,
            path: "\(name)/\(model.format.fileName)",
            bytes: model.bytes.count,
            sha256: try model.bytes.withUnsafeBytes { try SHA256.of($0) },
            verification: model.verification
          )
        }
      }
      return Report(folder: folder, files: files)
    }
  }

  /// Errors name the folder that is to be, not the one that is filled.
  private static func write(
    _ bytes: [UInt8],
    to name: String,
    in temporary: String,
    for folder: String,
    _ storage: some Storage
  ) throws {
    do {
      try AtomicFile.write(bytes, to: "\(temporary)/\(name)", storage: storage)
    } catch let error as StorageError {
      throw StorageError("\(folder)/\(name)", error.operation, code: error.code)
    }
  }

  private struct Model {
    var format: ExportFormat
    var bytes: [UInt8]
    var verification: Verification
  }

  private func content(
    _ number: Int,
    _ data: ImageDataset?,
    _ imageCount: Int,
    _ note: (String) -> Void
  ) throws -> (texts: [(String, [UInt8])], models: [Model]) {
    let member = family.members[number - 1]
    let files = try MemberFiles(
      number,
      of: family,
      digest: digest,
      images: images,
      options: options
    )
    var trial = try data.map {
      try VerificationImages(member, images, data: $0, count: imageCount)
    }
    if let some = trial, some.count == 0 || !some.suit(options) {
      note(
        "member \(number): its images are resized after normalisation, which a model that takes bytes "
          + "cannot do; it is tried on random images of its own size"
      )
      trial = nil
    }
    let chosen = try trial ?? VerificationImages(member, images)
    let models = try options.formats.map { format in
      let bytes = try files.model(format)
      let verification: Verification
      do {
        verification = try files.verify(bytes, format, on: chosen)
      } catch {
        throw DeliveryError.notReadBack(
          file: format.fileName,
          member: number,
          reason: "\(error)"
        )
      }
      guard verification.isEqual else {
        throw DeliveryError.wrongPredictions(
          file: format.fileName,
          member: number,
          difference: verification
        )
      }
      return Model(format: format, bytes: bytes, verification: verification)
    }
    let readme = MemberReadme(record: files.record, formats: options.formats).text
    let texts = [(Self.recordName, files.text), (Self.readmeName, readme)]
    return (texts.map { ($0.0, Array($0.1.utf8)) }, models)
  }
}
