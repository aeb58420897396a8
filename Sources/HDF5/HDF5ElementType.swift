import CHDF5

/// The type of a data set's elements.
package enum HDF5ElementType: String, Sendable, Hashable, Codable {
  case int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
  case float32, float64
  case string
  /// Compound, reference, or a number of an unusual size. An enumeration is its numbers.
  case other

  /// Bytes of one element in memory; 0 for strings and other types.
  package var size: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    case .string, .other: 0
    }
  }

  /// The library's own little-endian type. `string` and `other` have none.
  var standardType: hid_t? {
    switch self {
    case .int8: chdf5_int8()
    case .int16: chdf5_int16()
    case .int32: chdf5_int32()
    case .int64: chdf5_int64()
    case .uint8: chdf5_uint8()
    case .uint16: chdf5_uint16()
    case .uint32: chdf5_uint32()
    case .uint64: chdf5_uint64()
    case .float32: chdf5_float32()
    case .float64: chdf5_float64()
    case .string, .other: nil
    }
  }

  init(of type: hid_t) {
    let signed = H5Tget_sign(type) == H5T_SGN_2
    switch (H5Tget_class(type), H5Tget_size(type)) {
    case (H5T_ENUM, _):
      let numbers = H5Tget_super(type)
      self = numbers < 0 ? .other : Self(of: numbers)
      if numbers >= 0 { H5Tclose(numbers) }
    case (H5T_INTEGER, 1): self = signed ? .int8 : .uint8
    case (H5T_INTEGER, 2): self = signed ? .int16 : .uint16
    case (H5T_INTEGER, 4): self = signed ? .int32 : .uint32
    case (H5T_INTEGER, 8): self = signed ? .int64 : .uint64
    // Half precision reads as single.
    case (H5T_FLOAT, 2): self = .float32
    case (H5T_FLOAT, 4): self = .float32
    case (H5T_FLOAT, 8): self = .float64
    case (H5T_STRING, _): self = .string
    default: self = .other
    }
  }
}

/// A Swift number that a data set can hold as it lies in memory.
package protocol HDF5Scalar: BitwiseCopyable, Sendable, Hashable {
  static var elementType: HDF5ElementType { get }
  static var zero: Self { get }
}

extension Int8: HDF5Scalar { package static var elementType: HDF5ElementType { .int8 } }
extension Int16: HDF5Scalar { package static var elementType: HDF5ElementType { .int16 } }
extension Int32: HDF5Scalar { package static var elementType: HDF5ElementType { .int32 } }
extension Int64: HDF5Scalar { package static var elementType: HDF5ElementType { .int64 } }
extension UInt8: HDF5Scalar { package static var elementType: HDF5ElementType { .uint8 } }
extension UInt16: HDF5Scalar { package static var elementType: HDF5ElementType { .uint16 } }
extension UInt32: HDF5Scalar { package static var elementType: HDF5ElementType { .uint32 } }
extension UInt64: HDF5Scalar { package static var elementType: HDF5ElementType { .uint64 } }
extension Float: HDF5Scalar { package static var elementType: HDF5ElementType { .float32 } }
extension Double: HDF5Scalar { package static var elementType: HDF5ElementType { .float64 } }
