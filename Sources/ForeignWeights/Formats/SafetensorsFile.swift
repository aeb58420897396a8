import Foundation

/// A safetensors file: the size of the header in 8 bytes, the header in JSON, and the values without
/// gaps. Source: https://github.com/huggingface/safetensors, section Format of its README.
struct SafetensorsFile {
  /// The header of a supernet has about 60 KiB.
  static let maximumHeader = 1 << 24

  let tensors: [ForeignTensor]

  init(_ source: ByteSource) throws(ImportError) {
    var cursor = ByteCursor(source, 0..<source.count, part: "the header of the safetensors file")
    let size = try cursor.size(UInt64.self)
    guard size <= Self.maximumHeader || size > cursor.remaining else {
      throw ImportError(.limitExceeded(part: cursor.part, limit: Self.maximumHeader))
    }
    let json = try cursor.bytes(size)
    let header: Header
    do {
      header = try JSONDecoder().decode(Header.self, from: Data(json))
    } catch {
      throw ImportError(.damaged(part: cursor.part, reason: "\(Self.reason(error))"))
    }

    let values = cursor.position
    var end = 0
    var tensors: [ForeignTensor] = []
    let entries = header.entries.sorted {
      ($0.value.offsets, $0.key) < ($1.value.offsets, $1.key)
    }
    for (key, entry) in entries {
      let (tensor, tensorEnd) = try Self.tensor(key, entry, from: end, values: values, source)
      tensors.append(tensor)
      end = tensorEnd
    }
    guard end == cursor.remaining else {
      throw ImportError(
        end > cursor.remaining
          ? .truncated(part: "the values", needed: end, available: cursor.remaining)
          : .damaged(
            part: "the safetensors file",
            reason: "\(cursor.remaining - end) bytes at its end belong to no tensor"
          )
      )
    }
    self.tensors = tensors
  }

  /// One tensor, which must start where the one before it ends; and where it ends.
  private static func tensor(
    _ key: String,
    _ entry: Entry,
    from start: Int,
    values: Int,
    _ source: ByteSource
  ) throws(ImportError) -> (ForeignTensor, end: Int) {
    let part = "'\(key)'"
    guard let elementType = ForeignElementType(safetensors: entry.type) else {
      throw ImportError(.unsupported(part: part, reason: "the element type '\(entry.type)'"))
    }
    guard entry.offsets.lower == start else {
      throw ImportError(
        .damaged(
          part: part,
          reason:
            "it starts at \(entry.offsets.lower), and the values before it end at \(start): a gap or an overlap"
        )
      )
    }
    // Row-major strides. A size of 0 leaves no element, so that its strides do not matter.
    var strides = [Int](repeating: 1, count: entry.shape.count)
    var count = 1
    for dimension in entry.shape.indices.reversed() {
      strides[dimension] = max(count, 0)
      let (product, overflows) = count.multipliedReportingOverflow(by: entry.shape[dimension])
      guard !overflows else {
        throw ImportError(.damaged(part: part, reason: "its shape is \(entry.shape)"))
      }
      count = product
    }
    let (size, overflows) = count.multipliedReportingOverflow(by: elementType.size)
    let (end, endOverflows) = start.addingReportingOverflow(size)
    guard !overflows, !endOverflows, count >= 0, entry.offsets.upper == end else {
      throw ImportError(
        .damaged(
          part: part,
          reason:
            "\(elementType.rawValue)\(entry.shape) does not fill the bytes \(entry.offsets.lower) to \(entry.offsets.upper)"
        )
      )
    }
    let layout = try StridedLayout(
      offset: 0,
      shape: entry.shape,
      strides: strides,
      storageCount: count,
      part: part
    )
    let (position, positionOverflows) = values.addingReportingOverflow(start)
    guard !positionOverflows, position <= source.count, size <= source.count - position else {
      throw ImportError(
        .truncated(part: part, needed: end, available: max(0, source.count - values))
      )
    }
    return (
      ForeignTensor(
        key: key,
        elementType: elementType,
        layout: layout,
        storagePosition: position,
        source: source
      ), end
    )
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.dataCorrupted(let context), DecodingError.keyNotFound(_, let context),
      DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      let path = context.codingPath.map(\.stringValue).joined(separator: " / ")
      return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    default: return "\(error)"
    }
  }
}

// MARK: - The header

extension SafetensorsFile {
  private struct Entry: Decodable {
    struct Offsets: Comparable {
      var lower: Int
      var upper: Int
      static func < (a: Offsets, b: Offsets) -> Bool { (a.lower, a.upper) < (b.lower, b.upper) }
    }

    enum CodingKeys: String, CodingKey {
      case type = "dtype"
      case shape
      case offsets = "data_offsets"
    }

    var type: String
    var shape: [Int]
    var offsets: Offsets

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      type = try container.decode(String.self, forKey: .type)
      shape = try container.decode([Int].self, forKey: .shape)
      let bounds = try container.decode([Int].self, forKey: .offsets)
      guard bounds.count == 2 else {
        throw DecodingError.dataCorruptedError(
          forKey: .offsets,
          in: container,
          debugDescription: "two offsets are expected"
        )
      }
      offsets = Offsets(lower: bounds[0], upper: bounds[1])
    }
  }

  private struct Header: Decodable {
    struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { return nil }
    }

    var entries: [String: Entry] = [:]

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      for key in container.allKeys where key.stringValue != "__metadata__" {
        entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
      }
    }
  }
}
