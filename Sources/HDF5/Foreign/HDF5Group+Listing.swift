import CHDF5

extension HDF5Group {
  /// Every data set below this group by its path from here, in the order of the names.
  ///
  /// - Parameter limit: the most to give; deep or endless nests of groups end there too.
  package func datasets(limit: Int) -> [(name: String, dataset: HDF5Dataset)] {
    var found: [(String, HDF5Dataset)] = []
    var waiting: [(prefix: String, group: HDF5Group)] = [("", self)]
    var looked = 0
    while !waiting.isEmpty, found.count < limit, looked < 10 * limit {
      let (prefix, group) = waiting.removeFirst()
      for name in (try? group.childNames()) ?? [] {
        looked += 1
        guard found.count < limit, looked < 10 * limit else { break }
        switch try? group.kind(of: name) {
        case .dataset:
          if let child = try? group.dataset(name) { found.append((prefix + name, child)) }
        case .group:
          if let child = try? group.group(name) { waiting.append(("\(prefix)\(name)/", child)) }
        default: continue
        }
      }
    }
    return found
  }

  /// Why a path leads nowhere although its link is there: what it points to.
  func brokenLink(_ path: String, in file: hid_t) -> String? {
    var prefix = ""
    for part in path.split(separator: "/") {
      prefix += "/\(part)"
      guard H5Lexists(file, prefix, chdf5_default()) > 0 else { break }
      if H5Oexists_by_name(file, prefix, chdf5_default()) > 0 { continue }
      var name = [CChar](repeating: 0, count: 4096)
      var object = name
      let kind = chdf5_link_target(file, prefix, &name, &object, name.count)
      _ = errorStack()
      guard kind > 0 else { break }
      let target = string(name)
      return target.isEmpty
        ? "it is a link to \(string(object)), which is not there"
        : "it is a link to \(string(object)) of the file \(target), which is not there"
    }
    _ = errorStack()
    return nil
  }
}
