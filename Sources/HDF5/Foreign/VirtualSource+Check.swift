import AtomicFiles
import Foundation

extension HDF5Dataset {
  /// How many virtual data sets may stand behind each other.
  private static let deepestVirtual = 8

  /// What the library reads as 0 without a word when it is not there: every source of a virtual data
  /// set must be whole.
  ///
  /// - Throws: `HDF5Error` of kind `mismatch` naming the sources that are missing.
  func checkVirtualSources(depth: Int) throws {
    guard case .virtual(let sources) = storage else { return }
    let place = place("read")
    guard depth < Self.deepestVirtual else {
      throw place.error(.mismatch, "too many virtual data sets stand behind each other")
    }
    var missing: [String] = []
    var seen: [VirtualSource] = []
    for source in sources where !seen.contains(source) {
      seen.append(source)
      guard let path = source.file == "." ? file.name : find(source.file) else {
        missing.append("\(source.file): \(source.object)")
        continue
      }
      do {
        let part = try HDF5Dataset(
          file: source.file == "." ? file : HDF5File.open(path),
          path: source.object.hasPrefix("/") ? source.object : "/\(source.object)",
          depth: depth + 1
        )
        guard source.shape.isEmpty ? part.count >= source.count : part.shape == source.shape else {
          throw place.error(
            .mismatch,
            "its source \(path): \(part.path) of shape \(part.shape) has changed since it was mapped",
            remedy: "Make the virtual data set anew."
          )
        }
        try part.checkWritten()
      } catch let error as HDF5Error
        where error.kind == .missingObject || error.kind == .missingFile
      {
        missing.append("\(source.file): \(source.object)")
      }
    }
    guard missing.isEmpty else {
      throw place.error(
        .mismatch,
        "it is a virtual data set whose sources are not there: \(missing.joined(separator: ", "))",
        remedy: "Put them beside \(file.name), or set HDF5_VDS_PREFIX to their folder."
      )
    }
  }

  /// Where the library looks for a source, in its order.
  private func find(_ name: String) -> String? {
    let folder = OutputFile.folder(of: file.name)
    let last = (name as NSString).lastPathComponent
    let isAbsolute = name.hasPrefix("/")
    var places = isAbsolute ? [name] : []
    let relative = isAbsolute ? last : name
    if let prefix = ProcessInfo.processInfo.environment["HDF5_VDS_PREFIX"], !prefix.isEmpty {
      places.append("\(prefix)/\(relative)")
    }
    places.append("\(folder)/\(relative)")
    places.append(relative)
    return places.first { FileManager.default.fileExists(atPath: $0) }
  }
}
