/// One tensor of a foreign checkpoint. Its values stay in the file until they are asked for.
package struct ForeignTensor: Sendable {
  package let key: String
  package let elementType: ForeignElementType
  let layout: StridedLayout
  /// The position of its storage in the source, in bytes.
  let storagePosition: Int
  let source: ByteSource

  package var shape: [Int] { layout.shape }
  /// The number of elements.
  package var count: Int { layout.count }
  /// Element type and shape, as `float32[16, 3, 3, 3]`.
  package var summary: String { "\(elementType.rawValue)\(shape)" }

  /// Whether the two are the same elements of the same file.
  func isSameView(as other: ForeignTensor) -> Bool {
    source === other.source && storagePosition == other.storagePosition && layout == other.layout
      && elementType == other.elementType
  }

  /// The values in row-major order, rounded to the nearest float32.
  package func floats() throws(ImportError) -> [Float] {
    let bytes = try spanBytes()
    switch elementType {
    case .float64: return gather(bytes, Double.self) { Float($0) }
    case .float32: return gather(bytes, Float.self) { $0 }
    case .float16: return gather(bytes, Float16.self) { Float($0) }
    case .bfloat16: return gather(bytes, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    default: return integers(bytes).map { Float($0) }
    }
  }

  /// The values in row-major order. Throws ``ImportError`` when the elements are not integers.
  package func integers() throws(ImportError) -> [Int64] {
    guard elementType.isInteger else {
      throw ImportError(
        .unsupported(
          part: "'\(key)'",
          reason: "its elements are \(elementType.rawValue), and integers are needed"
        ),
        file: source.file
      )
    }
    return integers(try spanBytes())
  }

  /// The values as whole numbers, rounded where they are not; those beyond 64 bits become 0.
  package func rounded() throws(ImportError) -> [Int64] {
    if elementType.isInteger { return try integers() }
    return try floats().map { Int64(exactly: $0.rounded()) ?? 0 }
  }

  private func integers(_ bytes: [UInt8]) -> [Int64] {
    switch elementType {
    case .int64: gather(bytes, Int64.self) { $0 }
    case .int32: gather(bytes, Int32.self) { Int64($0) }
    case .int16: gather(bytes, Int16.self) { Int64($0) }
    case .int8: gather(bytes, Int8.self) { Int64($0) }
    case .bool: gather(bytes, UInt8.self) { $0 == 0 ? 0 : 1 }
    default: gather(bytes, UInt8.self) { Int64($0) }
    }
  }

  private func spanBytes() throws(ImportError) -> [UInt8] {
    let lower = storagePosition + layout.span.lowerBound * elementType.size
    let upper = storagePosition + layout.span.upperBound * elementType.size
    return try source.read(lower..<upper, part: "the values of '\(key)'")
  }

  /// The elements of type `T` in row-major order. `T` has the size of the element type, so every
  /// position of the layout lies in `bytes`.
  private func gather<T: BitwiseCopyable, Value>(
    _ bytes: [UInt8],
    _ type: T.Type,
    _ convert: (T) -> Value
  ) -> [Value] {
    bytes.withUnsafeBytes { bytes in
      [Value](unsafeUninitializedCapacity: layout.count) { buffer, initialized in
        layout.forEachPosition { position in
          let element = bytes.loadUnaligned(
            fromByteOffset: position * MemoryLayout<T>.size,
            as: type
          )
          buffer.initializeElement(at: initialized, to: convert(element))
          initialized += 1
        }
      }
    }
  }
}
