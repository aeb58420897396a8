import AtomicFiles
import HDF5
import TensorFiles
import Torch

/// Everything a run needs to go on: named texts and named tensors, in one sealed HDF5 file of format
/// `regnas.search`:
///
///     texts/configuration       the resolved configuration, YAML
///     texts/phase               that of the stage under way (supernet, members), or finished
///     texts/data-digest, supernet-digest, digest-search.reference, ...
///                               SHA-256 of the data set, the supernet and every file that the
///                               configuration names
///     texts/computer            what else results depend on to the bit: libtorch, device, threads
///     texts/metrics-size        bytes of metrics.jsonl that belong to this state
///     tensors/trainer/...       in training of the supernet: weights and batch-norm buffers,
///                               optimiser, steps done
///     tensors/members/...       members chosen, the states of their strategies (policy, optimiser,
///                               baseline, random stream), the one under way, history of rewards
///     tensors/predictions/PRECISION/DIGEST/...
///                               every architecture judged and what it predicts, by the digest of the
///                               image set (0.1.0 named sets by what they are for)
///
/// There is no state of libtorch's random generators in it, because nothing uses them: every random
/// draw comes from a host-side stream that is either kept here or follows from the seed and the number
/// of the step, as do the order of the data and the place in the epoch.
///
/// Names with slashes become groups. Nothing in it depends on time or place, so equal states give
/// equal bytes.
package struct Checkpoint {
  package static let format = "regnas.search"
  package static let version = 1

  package var texts: [String: String] = [:]
  package var tensors: [String: Tensor] = [:]

  package init() {}

  /// The tensors under `prefix`, with it removed.
  package func tensors(under prefix: String) -> [String: Tensor] { tensors.entries(under: prefix) }

  package mutating func set(_ tensors: [String: Tensor], under prefix: String) {
    self.tensors.set(tensors, under: prefix)
  }

  /// A text that must be there.
  package func text(_ name: String, in file: String) throws -> String {
    guard let text = texts[name] else {
      throw HDF5Error(
        .missingObject,
        file: file,
        object: "texts/" + name,
        operation: "read",
        cause: "the checkpoint lacks it"
      )
    }
    return text
  }
}

extension Checkpoint {
  /// Reads a checkpoint and verifies all of it. Throws `HDF5Error`.
  package init(path: String) throws {
    let artefact = try Artefact.open(
      path,
      expecting: Self.format,
      readerVersion: Self.version
    )
    let group = try artefact.file.root.group("texts")
    for name in try group.childNames() {
      texts[name] = try group.readStrings(name).values.first ?? ""
    }
    tensors = try artefact.file.root.group("tensors").tensors()
    try artefact.file.close()
  }

  /// The state as it is now, copied out of libtorch.
  package func snapshot() throws -> CheckpointSnapshot {
    var bytes: [String: TensorBytes] = [:]
    for (name, tensor) in tensors { bytes[name] = try TensorBytes(tensor, called: name) }
    return CheckpointSnapshot(texts: texts, tensors: bytes)
  }
}

/// A checkpoint that any thread may write while the run goes on changing its tensors.
package struct CheckpointSnapshot: Sendable {
  package let texts: [String: String]
  package let tensors: [String: TensorBytes]

  /// Publishes the file at `path`, whole or not at all. Equal states give equal bytes.
  ///
  /// Throws `HDF5Error` or `StorageError`; then `path` is as it was.
  package func write(to path: String, storage: some Storage = SystemStorage()) throws {
    let header = try FileHeader(
      format: Checkpoint.format,
      version: Checkpoint.version,
      of: texts["configuration"] ?? ""
    )
    try Artefact.write(header, to: path, storage: storage) { root in
      let group = try root.createGroup("texts")
      for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
        try group.write(name, strings: [text], shape: [])
      }
      try root.createGroup("tensors").write(tensors: tensors)
    }
  }
}
