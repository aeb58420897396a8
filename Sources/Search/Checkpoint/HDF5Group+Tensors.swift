import HDF5
import Torch

extension HDF5Group {
  /// Writes tensors in sorted order; slashes in names make groups.
  func write(tensors: [String: Tensor]) throws {
    var groups: [String: HDF5Group] = ["": self]
    func group(_ path: Substring) throws -> HDF5Group {
      if let known = groups[String(path)] { return known }
      let slash = path.lastIndex(of: "/")
      let parent = try group(slash.map { path[..<$0] } ?? "")
      let name = slash.map { path[path.index(after: $0)...] } ?? path
      let made = try parent.createGroup(String(name))
      groups[String(path)] = made
      return made
    }
    for (path, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let slash = path.lastIndex(of: "/")
      let parent = try group(slash.map { path[..<$0] } ?? "")
      let name = String(slash.map { path[path.index(after: $0)...] } ?? path[...])
      try parent.write(name, tensor: tensor)
    }
  }

  private func write(_ name: String, tensor: Tensor) throws {
    let shape = tensor.shape
    switch tensor.elementType {
    case .uint8: try write(name, tensor.array(UInt8.self), shape: shape)
    case .int8: try write(name, tensor.array(Int8.self), shape: shape)
    case .int32: try write(name, tensor.array(Int32.self), shape: shape)
    case .int64: try write(name, tensor.array(Int64.self), shape: shape)
    case .float32: try write(name, tensor.array(Float.self), shape: shape)
    case .float64: try write(name, tensor.array(Double.self), shape: shape)
    case .bool, .bfloat16:
      throw TorchError(
        operation: "store '\(name)'", operands: [tensor.summary],
        message: "this element type has no counterpart in HDF5; convert it first")
    }
  }

  /// All tensors below this group, by their paths from it.
  func readTensors(under prefix: String = "") throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for name in try childNames() {
      switch try kind(of: name) {
      case .group:
        let nested = try group(name).readTensors(under: prefix + name + "/")
        result.merge(nested) { first, _ in first }
      case .dataset: result[prefix + name] = try readTensor(name)
      default: continue
      }
    }
    return result
  }

  private func readTensor(_ name: String) throws -> Tensor {
    func tensor<T: HDF5Scalar & TensorElement>(_ type: T.Type) throws -> Tensor {
      let array = try read(name, as: type)
      return try Tensor(array.values, shape: array.shape)
    }
    switch try dataset(name).elementType {
    case .uint8: return try tensor(UInt8.self)
    case .int8: return try tensor(Int8.self)
    case .int32: return try tensor(Int32.self)
    case .int64: return try tensor(Int64.self)
    case .float32: return try tensor(Float.self)
    case .float64: return try tensor(Double.self)
    default:
      throw HDF5Error(
        .mismatch, file: file.name, object: path + "/" + name, operation: "read",
        cause: "its element type is none that regnas stores tensors in")
    }
  }
}
