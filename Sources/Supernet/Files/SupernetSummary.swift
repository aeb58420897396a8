import HDF5
import Networks

/// What `regnas supernet info` prints.
package struct SupernetSummary: Encodable, CustomStringConvertible {
  package var file: String
  package var space: String
  package var tensors: Int
  package var parameters: Int
  package var createdBy: String
  package var contentDigest: String
  package var provenance: [String: String]
  /// Tensors that hold random or neutral values, since what was imported did not have them.
  package var untrained: [String]

  /// Reads and verifies every tensor.
  package init(_ file: String) throws {
    self.file = file
    let information = try SupernetFile.information(path: file)
    let supernet = try Supernet.read(file)
    space = information.space.name
    tensors = supernet.layout.count
    parameters = supernet.layout.filter(\.isTrainable).reduce(0) { $0 + $1.count }
    createdBy = information.header.createdBy
    contentDigest = information.contentDigest
    provenance = information.provenance
    untrained = information.untrained
  }

  package var description: String {
    var lines = [
      "supernet    \(file), verified",
      "space       \(space)",
      "tensors     \(tensors), \(parameters) parameters",
      "created by  \(createdBy)",
      "sha256      \(contentDigest)",
    ]
    if !untrained.isEmpty {
      lines.append("untrained   \(untrained.count): \(SupernetFile.shown(untrained))")
    }
    for (name, value) in provenance.sorted(by: { $0.key < $1.key }) {
      lines.append(value.contains("\n") ? "\n\(value)" : "\(name): \(value)")
    }
    return lines.joined(separator: "\n")
  }
}
