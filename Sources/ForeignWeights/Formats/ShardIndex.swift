import Foundation

/// The index of a checkpoint that was cut into files: JSON with the file of each tensor,
/// `{"weight_map": {"a.weight": "model-00001-of-00002.safetensors"}}`. The files lie beside it.
struct ShardIndex {
  static let maximumSize = 1 << 24
  static let maximumFiles = 1000

  private struct Text: Decodable {
    var files: [String: String]

    enum CodingKeys: String, CodingKey { case files = "weight_map" }
  }

  /// The file of each tensor.
  let files: [String: String]

  /// nil for a text that is no such index.
  init?(_ source: ByteSource) throws(ImportError) {
    guard source.count <= Self.maximumSize else { return nil }
    let bytes = try source.read(0..<source.count, part: "the index")
    guard let text = try? JSONDecoder().decode(Text.self, from: Data(bytes)) else { return nil }
    files = text.files
  }

  /// The tensors of all files, as the index shares them out. `folder` is where they lie.
  func tensors(in folder: String?) throws(ImportError) -> [ForeignTensor] {
    guard let folder else {
      throw ImportError(.unsupported(part: "an index of files", reason: "it is not in a file"))
    }
    let names = Set(files.values).sorted()
    guard names.count <= Self.maximumFiles else {
      throw ImportError(.limitExceeded(part: "the number of files", limit: Self.maximumFiles))
    }
    var result: [ForeignTensor] = []
    for name in names {
      guard !name.isEmpty, !name.contains("/"), name != "..", name != ".", !name.contains("\0")
      else {
        throw ImportError(
          .damaged(part: "the index", reason: "'\(printable(name))' is no name of a file beside it")
        )
      }
      let source = try ByteSource(path: folder + "/" + name)
      let part = try ImportError.naming(source.file) {
        () throws(ImportError) -> ForeignCheckpoint in
        try ForeignCheckpoint(source, isPart: true)
      }
      result += part.tensors.filter { files[$0.key] == name }
    }
    let found = Set(result.map(\.key))
    if let missing = files.keys.sorted().first(where: { !found.contains($0) }) {
      throw ImportError(
        .damaged(
          part: "the index",
          reason: "'\(printable(missing))' is not in '\(printable(files[missing] ?? ""))'"
        )
      )
    }
    return result
  }
}
