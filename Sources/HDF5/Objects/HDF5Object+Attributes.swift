import CHDF5
import Foundation

extension HDF5Object {
  /// Sets an attribute that this object does not have yet.
  ///
  /// - Throws: `HDF5Error` when it has it already, or the value holds a NUL character.
  package func setAttribute(_ name: String, _ value: some HDF5AttributeValue) throws {
    try withLibrary {
      let place = place("write", attribute: name)
      try checkName(name, place)
      let object = try openObject(place)
      switch value.attribute {
      case .string(let text): try writeText(text, name, object.id, place)
      case .integer(var number): try writeNumber(&number, name, object.id, place)
      case .real(var number): try writeNumber(&number, name, object.id, place)
      }
    }
  }

  /// The value of an attribute.
  ///
  /// - Throws: `HDF5Error` of kind `missingObject`, or `mismatch` when it is of another type.
  package func attribute<Value: HDF5AttributeValue>(
    _ name: String,
    as type: Value.Type = Value.self
  ) throws -> Value {
    let place = place("read", attribute: name)
    guard let value = try attributeIfPresent(name, as: type) else {
      throw place.error(
        .missingObject,
        "there is no such attribute",
        remedy: "Check that this is the right kind of file."
      )
    }
    return value
  }

  /// The value of an attribute, `nil` when there is none of this name.
  ///
  /// - Throws: `HDF5Error` of kind `mismatch` when it is of another type.
  package func attributeIfPresent<Value: HDF5AttributeValue>(
    _ name: String,
    as type: Value.Type = Value.self
  ) throws -> Value? {
    guard let found = try anyAttribute(name) else { return nil }
    guard let value = Value(attribute: found) else {
      throw place("read", attribute: name).error(
        .mismatch,
        "it is \(found.kind), \(Value.attributeKind) was expected"
      )
    }
    return value
  }

  /// The value of an attribute whatever its type, `nil` when there is none of this name.
  package func anyAttribute(_ name: String) throws -> HDF5Attribute? {
    try withLibrary {
      let place = place("read", attribute: name)
      try checkName(name, place)
      let object = try openObject(place)
      let exists = H5Aexists(object.id, name)
      guard exists >= 0 else { throw place.failure(.damagedFile) }
      return exists == 0 ? nil : try readAttribute(name, object.id, place)
    }
  }

  /// The names of the attributes in the order of their UTF-8 bytes.
  package func attributeNames() throws -> [String] {
    try withLibrary {
      let place = place("list the attributes of")
      let object = try openObject(place)
      var names: [String] = []
      let status = withUnsafeMutablePointer(to: &names) { pointer in
        H5Aiterate2(
          object.id,
          H5_INDEX_NAME,
          H5_ITER_INC,
          nil,
          { _, name, _, context in
            guard let name, let context else { return -1 }
            context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
            return 0
          },
          pointer
        )
      }
      try place.check(status, or: .damagedFile)
      return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
  }

  private func createAttribute(
    _ name: String,
    _ type: hid_t,
    _ object: hid_t,
    _ place: Place
  ) throws -> Handle {
    guard H5Aexists(object, name) == 0 else {
      throw place.error(.misuse, "the attribute is there already")
    }
    let space = try place.own(H5Screate(H5S_SCALAR), H5Sclose, or: .misuse)
    return try place.own(
      H5Acreate2(object, name, type, space.id, chdf5_default(), chdf5_default()),
      H5Aclose,
      or: .inputOutput
    )
  }

  private func writeNumber<Number: HDF5Scalar>(
    _ number: inout Number,
    _ name: String,
    _ object: hid_t,
    _ place: Place
  ) throws {
    guard let type = Number.elementType.standardType else { return }
    let attribute = try createAttribute(name, type, object, place)
    try place.check(H5Awrite(attribute.id, type, &number), or: .inputOutput)
  }

  private func writeText(
    _ text: String,
    _ name: String,
    _ object: hid_t,
    _ place: Place
  ) throws {
    try checkText(text, place)
    let type = try variableText(place)
    let attribute = try createAttribute(name, type.id, object, place)
    try text.withCString { characters in
      var pointer: UnsafePointer<CChar>? = characters
      try place.check(H5Awrite(attribute.id, type.id, &pointer), or: .inputOutput)
    }
  }

  private func readAttribute(
    _ name: String,
    _ object: hid_t,
    _ place: Place
  ) throws -> HDF5Attribute {
    let attribute = try place.own(
      H5Aopen(object, name, chdf5_default()),
      H5Aclose,
      or: .damagedFile
    )
    let type = try place.own(H5Aget_type(attribute.id), H5Tclose, or: .damagedFile)
    let space = try place.own(H5Aget_space(attribute.id), H5Sclose, or: .damagedFile)
    guard H5Sget_simple_extent_npoints(space.id) == 1 else {
      throw place.error(.mismatch, "the attribute does not hold exactly one value")
    }
    switch HDF5ElementType(of: type.id) {
    case .string:
      return .string(try readText(attribute.id, type.id, space.id, place))
    case .float32, .float64:
      var number = 0.0
      try place.check(H5Aread(attribute.id, chdf5_float64(), &number), or: .damagedFile)
      return .real(number)
    case .other:
      throw place.error(.mismatch, "the attribute is neither a string nor a number")
    case .uint64:
      var number: UInt64 = 0
      try place.check(H5Aread(attribute.id, chdf5_uint64(), &number), or: .damagedFile)
      guard let exact = Int64(exactly: number) else {
        throw place.error(.mismatch, "\(number) is too large for a signed 64-bit integer")
      }
      return .integer(exact)
    default:
      var number: Int64 = 0
      try place.check(H5Aread(attribute.id, chdf5_int64(), &number), or: .damagedFile)
      return .integer(number)
    }
  }

  private func readText(
    _ attribute: hid_t,
    _ type: hid_t,
    _ space: hid_t,
    _ place: Place
  ) throws -> String {
    if H5Tis_variable_str(type) > 0 {
      let memory = try variableText(place, like: type)
      var pointer: UnsafeMutablePointer<CChar>?
      try place.check(H5Aread(attribute, memory.id, &pointer), or: .damagedFile)
      defer { _ = H5Dvlen_reclaim(memory.id, space, chdf5_default(), &pointer) }
      return pointer.map { String(cString: $0) } ?? ""
    }
    let size = H5Tget_size(type)
    var bytes = [CChar](repeating: 0, count: size + 1)
    try place.check(H5Aread(attribute, type, &bytes), or: .damagedFile)
    return fixedText(bytes.prefix(size), type)
  }
}
