import Foundation
import HDF5
import Testing

/// A small file with one of everything.
func sampleFile() throws -> HDF5File {
  let file = try HDF5File.createInMemory()
  try FileHeader(
    format: "regnas.supernet",
    version: 1,
    minimumReaderVersion: 1,
    createdBy: "regnas tests",
    configurationDigest: String(repeating: "0", count: 64)
  ).write(to: file)
  let weights = try file.root.createGroup("weights")
  try weights.write(
    "stem.conv.weight",
    [1.5, -2, .infinity, 0.25, 1e-30, 7] as [Float],
    shape: [2, 3]
  )
  try weights.dataset("stem.conv.weight").setAttribute("unit", "none – ohne")
  try weights.write("epoch", scalar: Int64(-9))
  try file.root.write("names", strings: ["T-shirt", "", "Größe", "靴"])
  try file.root.write(
    "history",
    (0..<100).map(Double.init),
    layout: .chunked([16], deflate: 4)
  )
  try file.root.setAttribute("seed", Int64.min)
  try file.root.setAttribute("rate", 0.1)
  try ContentDigest.write(to: file)
  return file
}

/// Everything in a file as text, reading every object and attribute.
func dump(_ file: HDF5File) throws -> String {
  var lines: [String] = []
  func attributes(_ object: some HDF5Object) throws {
    for name in try object.attributeNames() {
      lines.append("\(object.path)@\(name) = \(String(describing: try object.anyAttribute(name)))")
    }
  }
  func walk(_ group: HDF5Group) throws {
    try attributes(group)
    for name in try group.childNames() {
      if try group.kind(of: name) == .group {
        try walk(group.group(name))
      } else {
        let dataset = try group.dataset(name)
        let values: String
        switch dataset.elementType {
        case .float32: values = "\(try dataset.read(as: Float.self))"
        case .float64: values = "\(try dataset.read(as: Double.self))"
        case .int64: values = "\(try dataset.read(as: Int64.self))"
        case .uint8: values = "\(try dataset.read(as: UInt8.self))"
        case .string: values = "\(try dataset.readStrings())"
        default: values = "?"
        }
        lines.append("\(dataset.path): \(values)")
        try attributes(dataset)
      }
    }
  }
  try walk(file.root)
  return lines.joined(separator: "\n")
}
