import Networks
import SearchSpaces
import Torch

/// Checks that a state (tensors by name) fits a network's list of tensors.
///
/// Throws ``SupernetError`` for tensors missing, unknown, of another shape or of another type.
/// `allowMissing` passes a state that lacks some.
package func checkState(
  _ state: [String: Tensor],
  against layout: [StoredTensor],
  allowMissing: Bool = false
) throws {
  let missing = layout.filter { state[$0.key] == nil }.map(\.key)
  guard allowMissing || missing.isEmpty else { throw SupernetError.missingTensors(missing) }
  let known = Set(layout.map(\.key))
  let unknown = state.keys.filter { !known.contains($0) }.sorted()
  guard unknown.isEmpty else { throw SupernetError.unknownTensors(unknown) }
  for entry in layout {
    guard let tensor = state[entry.key] else { continue }
    guard tensor.shape == entry.shape else {
      throw SupernetError.wrongShape(
        tensor: entry.key,
        expected: entry.shape,
        found: tensor.shape
      )
    }
    let expected = entry.elementType
    guard tensor.elementType == expected else {
      throw SupernetError.wrongType(
        tensor: entry.key,
        expected: "\(expected)",
        found: "\(tensor.elementType)"
      )
    }
  }
}

extension StoredTensor {
  package var elementType: ElementType { role == .batchesTracked ? .int64 : .float32 }
}

extension Tensor {
  /// A copy on the processor in row-major order: what is stored in files.
  package func portable() throws -> Tensor {
    try withoutGradient { try detached().to(device: .cpu).contiguous().clone() }
  }

  /// Channels last in memory where there are four dimensions.
  package func inRunningOrder() throws -> Tensor { rank == 4 ? try channelsLast() : self }
}
