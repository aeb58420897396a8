import CCodecs
import CHDF5
import Foundation

/// The filter that h5py writes for `compression="lzf"`. The library does not bring it.
enum LZFFilter {
  static let identifier: H5Z_filter_t = 32000

  /// Known to the library from the first use on. Under the lock.
  static let isRegistered: Bool = "lzf".withCString { name in
    var description = H5Z_class2_t(
      version: chdf5_filter_class_version(),
      id: identifier,
      encoder_present: 0,
      decoder_present: 1,
      name: name,
      can_apply: nil,
      set_local: nil,
      filter: expand
    )
    return H5Zregister(&description) >= 0
  }

  /// Replaces a packed chunk by its bytes; 0 means failure. h5py stores the size of a chunk as the
  /// third parameter.
  private static let expand: H5Z_func_t = {
    flags,
    parameterCount,
    parameters,
    count,
    size,
    buffer in
    guard flags & chdf5_reverse() != 0, parameterCount >= 3, let parameters, let size, let buffer,
      let packed = buffer.pointee, parameters[2] > 0, let bytes = malloc(Int(parameters[2]))
    else { return 0 }
    let room = Int(parameters[2])
    guard codecs_lzf_expand(packed, count, bytes, room) == 0 else {
      free(bytes)
      return 0
    }
    free(packed)
    buffer.pointee = bytes
    size.pointee = room
    return room
  }
}

/// Filters that other programs write and that come as plugins of the library.
private let pluginFilters: [H5Z_filter_t: String] = [
  307: "bzip2", 32001: "Blosc", 32004: "LZ4", 32008: "bitshuffle", 32013: "ZFP", 32015: "Zstandard",
  32017: "SZ", 32018: "FCIDECOMP", 32019: "JPEG", 32024: "SZ3", 32026: "Blosc2",
]

/// - Throws: `HDF5Error` of kind `mismatch` naming a filter that cannot be undone here.
func checkFilters(_ creation: hid_t, file: String, _ place: Place) throws {
  for index in 0..<max(0, H5Pget_nfilters(creation)) {
    var flags: UInt32 = 0
    var count = 0
    var name = [CChar](repeating: 0, count: 64)
    let filter = H5Pget_filter2(
      creation,
      UInt32(index),
      &flags,
      &count,
      nil,
      name.count,
      &name,
      nil
    )
    if H5Zfilter_avail(filter) > 0 { continue }
    _ = errorStack()
    let known = pluginFilters[filter] ?? string(name)
    let label = known.isEmpty ? "number \(filter)" : "\(known) (number \(filter))"
    throw place.error(
      .mismatch,
      "it is compressed with the filter \(label), which this HDF5 does not have",
      remedy:
        "Set HDF5_PLUGIN_PATH to the folder of its plugin, or write the file without it where "
        + "the plugin is: h5repack -f NONE '\(file)' plain.h5"
    )
  }
}
