import Networks
import SearchSpaces
import Supernet
import Torch

/// The exponential moving average of a network's weights, itself a network.
///
/// While young it forgets faster, so that it does not remember where training began: the decay of
/// update `t` is at most `(1 + t) / (10 + t)`, as TensorFlow's `ExponentialMovingAverage` has it.
final class ExponentialMovingAverage {
  let supernet: Supernet
  private let decay: Double
  private var updates = 0

  init(of source: Supernet, decay: Double) throws {
    self.decay = decay
    supernet = try Supernet(space: source.space, device: source.device) { tensor, _ in
      [Float](repeating: 0, count: tensor.count)
    }
    supernet.formulation = source.formulation
    try restart(from: source)
  }

  /// Forgets what it averaged.
  func restart(from source: Supernet) throws {
    updates = 0
    try copy(source, where: { _ in true })
  }

  func update(from source: Supernet) throws {
    let kept = min(decay, Double(1 + updates) / Double(10 + updates))
    updates += 1
    let parameters = source.parameters
    try moveAverages(
      parameters.map { try supernet.tensor($0.name) },
      towards: parameters.map(\.value),
      keeping: kept
    )
    supernet.weightsChanged()
  }

  /// Running statistics are not averaged: they are the source's.
  func takeBuffers(from source: Supernet) throws { try copy(source) { !$0.isTrainable } }

  private func copy(_ source: Supernet, where isWanted: (StoredTensor) -> Bool) throws {
    try withoutGradient {
      for entry in source.layout where isWanted(entry) {
        try supernet.tensor(entry.key).assign(source.tensor(entry.key))
      }
    }
    supernet.weightsChanged()
  }

  /// The averages by name, and `updates`.
  func state() throws -> [String: Tensor] {
    var result = ["updates": try Tensor(Int64(updates))]
    for (name, value) in supernet.parameters { result[name] = try value.portable() }
    return result
  }

  func restore(_ state: [String: Tensor]) throws {
    var weights = state
    guard let count = weights.removeValue(forKey: "updates") else {
      throw SupernetError.missingTensors(["average/updates"])
    }
    try checkState(weights, against: supernet.layout.filter(\.isTrainable))
    try supernet.load(weights, allowMissing: true)
    updates = Int(try count.scalar())
  }
}
