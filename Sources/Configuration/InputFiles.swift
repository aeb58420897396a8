import Foundation

extension RunConfiguration {
  /// What `changed` says anew about this configuration: the configuration with the paths as they were,
  /// and the paths that were given, by their keys.
  package func separatingMovedFiles(
    _ changed: RunConfiguration
  ) -> (RunConfiguration, moved: [String: String]) {
    var (result, moved) = (changed, [String: String]())
    for key in ConfigurationKey.all where key.namesFile && key.read(self) != key.read(changed) {
      // A key that named no file names one now: that is no move, and is left to be refused.
      guard !InputFiles.isNone(key.read(self)), !InputFiles.isNone(key.read(changed)) else {
        continue
      }
      moved[key.path] = key.read(changed)
      try? key.write(&result, key.read(self))
    }
    return (result, moved)
  }
}

/// Where the files that a configuration names are now. The configuration itself keeps the paths that
/// the run was made with.
package struct InputFiles: Sendable {
  /// Paths given for this call, by key.
  package var moved: [String: String] = [:]
  /// Folders that a relative path is understood from: the first that has the file.
  package var bases: [String] = []

  package init(moved: [String: String] = [:], bases: [String] = []) {
    self.moved = moved
    self.bases = bases
  }

  /// A key that names a file, as the configuration has it and where the file is sought.
  package struct Input: Sendable, Equatable {
    package var key: String
    package var path: String
    package var located: String
    package var isThere: Bool
  }

  /// Every file that a configuration names, in the order of the keys.
  package func inputs(of configuration: RunConfiguration) -> [Input] {
    ConfigurationKey.all.filter(\.namesFile).compactMap { key in
      let path = key.read(configuration)
      guard !Self.isNone(path) else { return nil }
      let located = moved[key.path] ?? locate(path)
      let isThere = FileManager.default.fileExists(atPath: located)
      return Input(key: key.path, path: moved[key.path] ?? path, located: located, isThere: isThere)
    }
  }

  /// The configuration with the paths where its files are now.
  package func located(_ configuration: RunConfiguration) throws -> RunConfiguration {
    var result = configuration
    for input in inputs(of: configuration)
    where input.located != input.path || moved[input.key] != nil {
      let key = ConfigurationKey.all.first { $0.path == input.key }
      try key?.write(&result, input.located)
    }
    return result
  }

  /// The keys that name files.
  package static var keys: [String] { ConfigurationKey.all.filter(\.namesFile).map(\.path) }

  /// Whether the text of a key that names a file names none.
  static func isNone(_ text: String) -> Bool {
    text.isEmpty || text == Optional<String>.none.configurationText
  }

  private func locate(_ path: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    let candidates = bases.map { $0 == "." ? path : "\($0)/\(path)" }
    return candidates.first { FileManager.default.fileExists(atPath: $0) } ?? path
  }
}
