import CHDF5

/// Variable-length UTF-8, what h5py calls a string; or, to read one, of the file type's encoding,
/// since the library does not convert between encodings.
func variableText(_ place: Place, like type: hid_t? = nil) throws -> Handle {
  let text = try place.own(H5Tcopy(chdf5_c_string()), H5Tclose, or: .misuse)
  try place.check(H5Tset_size(text.id, chdf5_variable()), or: .misuse)
  let encoding = type.map { H5Tget_cset($0) } ?? H5T_CSET_UTF8
  try place.check(H5Tset_cset(text.id, encoding), or: .misuse)
  return text
}

/// HDF5 strings end at a NUL, so none can be stored inside one.
func checkText(_ text: String, _ place: Place) throws {
  if text.utf8.contains(0) { throw place.error(.misuse, "the text holds a NUL character") }
}

/// A fixed-length string without its padding.
func fixedText(_ bytes: ArraySlice<CChar>, _ type: hid_t) -> String {
  var text = bytes.map(UInt8.init(bitPattern:))
  if H5Tget_strpad(type) == H5T_STR_SPACEPAD {
    while text.last == UInt8(ascii: " ") { text.removeLast() }
  } else if let end = text.firstIndex(of: 0) {
    text.removeSubrange(end...)
  }
  return String(decoding: text, as: UTF8.self)
}

/// Every string's UTF-8 bytes and a NUL, one after the other: what a checksum of strings covers.
func characters(of strings: [String]) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(strings.reduce(0) { $0 + $1.utf8.count + 1 })
  for text in strings {
    bytes.append(contentsOf: text.utf8)
    bytes.append(0)
  }
  return bytes
}
