import AtomicFiles
import Decisions
import Foundation
import HDF5
import Networks
import SearchSpaces
import Supernet

/// A `regnas.latency` file: attributes of space and device, the group `terms` with the scopes and
/// values of the cost table, and the data sets `checks/architectures`, `measured`, `predicted`.
extension LatencyTable {
  package static let format = "regnas.latency"

  /// Writes the table beside `path`, then renames. Throws ``HDF5Error`` or ``StorageError``.
  package func write(
    to path: String,
    createdBy: String = "regnas",
    storage: some Storage = SystemStorage()
  ) throws {
    let file = try HDF5File.createInMemory(name: path)
    let digest = try Array(space.configuration.utf8).withUnsafeBytes { try SHA256.of($0) }
    try FileHeader(
      format: Self.format,
      version: 1,
      minimumReaderVersion: 1,
      createdBy: createdBy,
      configurationDigest: digest
    ).write(to: file)
    let root = file.root
    try space.write(to: root)
    try root.setAttribute("device", device.kind)
    try root.setAttribute("device-model", device.model)
    try root.setAttribute("threads", device.threads)
    try root.setAttribute("libtorch", device.libtorch)
    try root.setAttribute("batch", batch)
    try root.setAttribute("precision", precision.rawValue)
    try root.setAttribute("cost", costs.name)
    try root.setAttribute("constant", costs.constant)
    let terms = try root.createGroup("terms")
    for (index, term) in costs.terms.enumerated() {
      let group = try terms.createGroup(Self.name(of: index))
      try group.write("scope", term.scope.map(Int64.init))
      try group.write("values", term.values.map(Int64.init))
    }
    let group = try root.createGroup("checks")
    let decisions = checks.first?.architecture.count ?? 0
    try group.write(
      "architectures",
      checks.flatMap { $0.architecture.choices.map(Int64.init) },
      shape: [checks.count, decisions]
    )
    try group.write("measured", checks.map { Int64($0.measured) })
    try group.write("predicted", checks.map { Int64($0.predicted) })
    try ContentDigest.write(to: file)
    let image = try file.image()
    try file.close()
    try AtomicFile.write(image, to: path, storage: storage)
  }

  /// Reads a table. Throws ``HDF5Error`` for a foreign or damaged file,
  /// ``LatencyError/malformedTable(file:)`` when its terms do not fit the space it names, and
  /// ``DecisionError`` or ``SpaceError`` for a space or an architecture that is not one.
  package static func read(
    _ path: String,
    spaces: [any ConfiguredSpace.Type] = SpaceDescription.knownTypes
  ) throws -> LatencyTable {
    let file = try HDF5File.open(path)
    _ = try FileHeader.read(from: file, expecting: format, readerVersion: 1)
    try ContentDigest.verify(file)
    let root = file.root
    func integers(_ group: HDF5Group, _ name: String) throws -> [Int] {
      try group.read(name, as: Int64.self).values.map { Int($0) }
    }
    let terms = try root.group("terms")
    var costs = CostTable(
      name: try root.attribute("cost"),
      constant: try root.attribute("constant"),
      terms: []
    )
    for name in try terms.childNames() {
      let group = try terms.group(name)
      costs.terms.append(
        .init(scope: try integers(group, "scope"), values: try integers(group, "values"))
      )
    }
    let group = try root.group("checks")
    let (measured, predicted) = (
      try integers(group, "measured"), try integers(group, "predicted")
    )
    let choices = try integers(group, "architectures")
    let space = try SpaceDescription(from: root)
    let decisions = try space.makeSpace(types: spaces).decisions
    guard predicted.count == measured.count, choices.count == measured.count * decisions.count,
      costs.fits(decisions)
    else { throw LatencyError.malformedTable(file: path) }
    let checks = measured.indices.map { index in
      Check(
        architecture: Architecture(
          Array(choices[index * decisions.count..<(index + 1) * decisions.count])
        ),
        measured: measured[index],
        predicted: predicted[index]
      )
    }
    let precision: String = try root.attribute("precision")
    return LatencyTable(
      space: space,
      device: DeviceIdentity(
        kind: try root.attribute("device"),
        model: try root.attribute("device-model"),
        threads: try root.attribute("threads"),
        libtorch: try root.attribute("libtorch")
      ),
      batch: try root.attribute("batch"),
      precision: ComputePrecision(rawValue: precision) ?? .float32,
      costs: costs,
      checks: checks
    )
  }

  /// Names that sort as their numbers do.
  private static func name(of index: Int) -> String {
    let digits = String(index)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

extension CostTable {
  /// Whether every term has one value per combination of choices of decisions that exist.
  fileprivate func fits(_ space: DecisionSpace) -> Bool {
    terms.allSatisfy { term in
      term.scope.allSatisfy(space.decisions.indices.contains)
        && term.values.count
          == term.scope.reduce(1) { $0 * space.decisions[$1].choices.count }
    }
  }
}
