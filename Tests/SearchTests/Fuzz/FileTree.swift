import HDF5

/// An HDF5 file in memory as a list of its objects, to change and write again under a valid seal.
///
/// Whole numbers are held in 64 bits and reals in double precision, whatever the file has.
struct FileTree {
  enum Values {
    case integers([Int64])
    case reals([Double])
    case texts([String])
  }

  enum Content {
    case group
    case attribute(HDF5Attribute)
    case dataset(HDF5ElementType, shape: [Int], Values)
  }

  struct Object {
    /// Of the group, or the object that has the attribute; without a slash at either end.
    var parent: String
    var name: String
    var content: Content
    var path: String { parent.isEmpty ? name : "\(parent)/\(name)" }
  }

  /// Parents before children.
  var objects: [Object] = []

  private static let ownAttributes = [ContentDigest.attribute, HDF5Dataset.checksumAttribute]

  init(_ image: [UInt8]) throws {
    let file = try HDF5File.open(image: image, name: "tree")
    try add(file.root, "")
    try file.close()
  }

  private mutating func addAttributes(of object: some HDF5Object, _ path: String) throws {
    for name in try object.attributeNames() where !Self.ownAttributes.contains(name) {
      guard let value = try object.anyAttribute(name) else { continue }
      objects.append(Object(parent: path, name: name, content: .attribute(value)))
    }
  }

  private mutating func add(_ group: HDF5Group, _ path: String) throws {
    try addAttributes(of: group, path)
    for name in try group.childNames() {
      var object = Object(parent: path, name: name, content: .group)
      if try group.kind(of: name) == .group {
        objects.append(object)
        try add(group.group(name), object.path)
      } else {
        let dataset = try group.dataset(name)
        object.content = .dataset(
          dataset.elementType,
          shape: dataset.shape,
          try Self.values(dataset)
        )
        objects.append(object)
        try addAttributes(of: dataset, object.path)
      }
    }
  }

  private static func values(_ dataset: HDF5Dataset) throws -> Values {
    func whole<Element: HDF5Scalar & FixedWidthInteger>(_ type: Element.Type) throws -> Values {
      .integers(try dataset.read(as: type).values.map { Int64(truncatingIfNeeded: $0) })
    }
    switch dataset.elementType {
    case .int8: return try whole(Int8.self)
    case .int16: return try whole(Int16.self)
    case .int32: return try whole(Int32.self)
    case .int64: return try whole(Int64.self)
    case .uint8: return try whole(UInt8.self)
    case .uint16: return try whole(UInt16.self)
    case .uint32: return try whole(UInt32.self)
    case .uint64: return try whole(UInt64.self)
    case .float32: return .reals(try dataset.read(as: Float.self).values.map(Double.init))
    case .float64: return .reals(try dataset.read(as: Double.self).values)
    case .string, .other: return .texts(try dataset.readStrings().values)
    }
  }

  /// The file with its digest and seal. Throws what HDF5 makes of objects that cannot be.
  func image() throws -> [UInt8] {
    let file = try HDF5File.createInMemory()
    for object in objects {
      let parent = object.parent.isEmpty ? file.root : try? file.root.group(object.parent)
      switch object.content {
      case .group: try parent?.createGroup(object.name)
      case .attribute(let value): try Self.write(value, object, in: file)
      case .dataset(let type, let shape, let values):
        try parent.map { try Self.write(values, type, shape, object.name, to: $0) }
      }
    }
    try ContentDigest.write(to: file)
    return try file.image()
  }

  private static func write(_ value: HDF5Attribute, _ object: Object, in file: HDF5File) throws {
    func set(_ target: some HDF5Object) throws {
      switch value {
      case .string(let text): try target.setAttribute(object.name, text)
      case .integer(let number): try target.setAttribute(object.name, number)
      case .real(let number): try target.setAttribute(object.name, number)
      }
    }
    if object.parent.isEmpty { return try set(file.root) }
    switch try file.root.kind(of: object.parent) {
    case .group: try set(file.root.group(object.parent))
    case .dataset: try set(file.root.dataset(object.parent))
    default: return
    }
  }

  private static func write(
    _ values: Values,
    _ type: HDF5ElementType,
    _ shape: [Int],
    _ name: String,
    to group: HDF5Group
  ) throws {
    func whole<Element: HDF5Scalar & FixedWidthInteger>(_: Element.Type) throws {
      let numbers: [Element] =
        switch values {
        case .integers(let integers): integers.map { Element(truncatingIfNeeded: $0) }
        case .reals(let reals): reals.map { Element(exactly: $0.rounded()) ?? .max }
        case .texts(let texts): texts.map { Element(truncatingIfNeeded: $0.utf8.count) }
        }
      try group.write(name, numbers, shape: shape)
    }
    func real<Element: HDF5Scalar & BinaryFloatingPoint>(_: Element.Type) throws {
      let numbers: [Element] =
        switch values {
        case .integers(let integers): integers.map { Element($0) }
        case .reals(let reals): reals.map { Element($0) }
        case .texts(let texts): texts.map { Element($0.utf8.count) }
        }
      try group.write(name, numbers, shape: shape)
    }
    switch type {
    case .int8: try whole(Int8.self)
    case .int16: try whole(Int16.self)
    case .int32: try whole(Int32.self)
    case .int64: try whole(Int64.self)
    case .uint8: try whole(UInt8.self)
    case .uint16: try whole(UInt16.self)
    case .uint32: try whole(UInt32.self)
    case .uint64: try whole(UInt64.self)
    case .float32: try real(Float.self)
    case .float64: try real(Double.self)
    case .string, .other:
      let texts: [String] =
        switch values {
        case .integers(let integers): integers.map { "\($0)" }
        case .reals(let reals): reals.map { "\($0)" }
        case .texts(let texts): texts
        }
      try group.write(name, strings: texts, shape: shape)
    }
  }
}
