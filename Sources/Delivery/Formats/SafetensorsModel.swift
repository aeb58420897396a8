import Foundation
import Networks
import Torch

/// A network's tensors as a safetensors file: the size of the header in 8 bytes, the header in JSON, the
/// values without gaps, the largest elements first and then by name.
/// Source: https://github.com/huggingface/safetensors, section Format of its README.
struct SafetensorsModel {
  let bytes: [UInt8]

  /// - Parameter metadata: texts that the header carries.
  init(_ exported: ExportedNetwork, metadata: [String: String]) throws {
    var tensors = try exported.network.staticTensors.map {
      (name: $0.key, value: try exported.weight($0.key))
    }
    tensors.sort {
      let (first, second) = ($0.value.elementType.byteCount, $1.value.elementType.byteCount)
      return first != second ? first > second : $0.name < $1.name
    }
    var header: [String: Entry] = [:]
    var values: [UInt8] = []
    for tensor in tensors {
      let start = values.count
      values += try tensor.value.bytes()
      header[tensor.name] = .tensor(
        try Self.name(of: tensor.value.elementType, tensor: tensor.name),
        shape: tensor.value.shape,
        offsets: start..<values.count
      )
    }
    header["__metadata__"] = .metadata(metadata)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var json = Array(try encoder.encode(header))
    json += [UInt8](repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
    let size = UInt64(json.count).littleEndian
    bytes = withUnsafeBytes(of: size) { Array($0) } + json + values
  }

  private enum Entry: Encodable {
    case tensor(String, shape: [Int], offsets: Range<Int>)
    case metadata([String: String])

    private enum Key: String, CodingKey {
      case type = "dtype"
      case shape
      case offsets = "data_offsets"
    }

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .tensor(let type, let shape, let offsets):
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(type, forKey: .type)
        try container.encode(shape, forKey: .shape)
        try container.encode([offsets.lowerBound, offsets.upperBound], forKey: .offsets)
      case .metadata(let texts):
        try texts.encode(to: encoder)
      }
    }
  }

  private static func name(of type: ElementType, tensor: String) throws(TorchError) -> String {
    switch type {
    case .float32: "F32"
    case .int64: "I64"
    default:
      throw TorchError(
        operation: "write safetensors",
        message: "'\(tensor)' is \(type), and networks have float32 and int64 only"
      )
    }
  }
}
