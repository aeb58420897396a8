import HDF5
import Torch

/// A tensor's elements copied out of libtorch: what may go to another thread to be written there.
package struct TensorBytes: Sendable {
  /// Of the elements.
  package let type: HDF5ElementType
  package let shape: [Int]
  /// Row-major, little-endian.
  package let bytes: [UInt8]

  /// `name` is used in the error: ``TensorFileError`` for elements that are not float32, float64,
  /// int64, int32 or uint8.
  package init(_ tensor: Tensor, called name: String) throws {
    guard let type = tensor.elementType.stored else {
      throw TensorFileError(tensor: name, found: "\(tensor.elementType)")
    }
    self.type = type
    shape = tensor.shape
    bytes = try tensor.bytes()
  }
}

extension HDF5Group {
  /// Writes tensors as data sets of their names, in the order of the names; a slash in a name makes
  /// a group. Elements are row-major, float32, float64, int64, int32 or uint8.
  ///
  /// Throws ``HDF5Error``, or ``TensorFileError`` for other elements.
  package func write(tensors: [String: Tensor]) throws {
    try write(tensors) { try TensorBytes($1, called: $0) }
  }

  /// As ``write(tensors:)``, of tensors copied before. Throws ``HDF5Error``.
  package func write(tensors: [String: TensorBytes]) throws {
    try write(tensors) { $1 }
  }

  private func write<Value>(
    _ tensors: [String: Value],
    bytes: (_ name: String, Value) throws -> TensorBytes
  ) throws {
    var groups: [String: HDF5Group] = ["": self]
    for (name, value) in tensors.sorted(by: { $0.key < $1.key }) {
      let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      var (group, path) = (self, "")
      for part in parts.dropLast() {
        path += part + "/"
        group = try groups[path] ?? group.createGroup(part)
        groups[path] = group
      }
      let tensor = try bytes(name, value)
      try tensor.bytes.withUnsafeBytes {
        _ = try group.write(parts[parts.count - 1], bytes: $0, of: tensor.type, shape: tensor.shape)
      }
    }
  }

  /// All tensors of this group and the groups in it, on the processor: the reverse of
  /// ``write(tensors:)``.
  ///
  /// Throws ``HDF5Error`` for damage (every data set is checked against its checksum), or
  /// ``TensorFileError`` for a data set of other elements.
  package func tensors() throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    try collect(prefix: "", into: &result)
    return result
  }

  private func collect(prefix: String, into result: inout [String: Tensor]) throws {
    for name in try childNames() {
      let key = prefix + name
      if try kind(of: name) == .group {
        try group(name).collect(prefix: key + "/", into: &result)
      } else {
        result[key] = try tensor(dataset(name), called: key)
      }
    }
  }

  private func tensor(_ dataset: HDF5Dataset, called name: String) throws -> Tensor {
    func read<Element: HDF5Scalar & TensorElement>(_ type: Element.Type) throws -> Tensor {
      let array = try dataset.read(as: type)
      return try Tensor(array.values, shape: array.shape)
    }
    switch dataset.elementType {
    case .float32: return try read(Float.self)
    case .float64: return try read(Double.self)
    case .int64: return try read(Int64.self)
    case .int32: return try read(Int32.self)
    case .uint8: return try read(UInt8.self)
    default:
      throw TensorFileError(tensor: name, found: "\(dataset.elementType)")
    }
  }
}

extension ElementType {
  fileprivate var stored: HDF5ElementType? {
    switch self {
    case .float32: .float32
    case .float64: .float64
    case .int64: .int64
    case .int32: .int32
    case .uint8: .uint8
    case .int8, .bool, .bfloat16: nil
    }
  }
}
