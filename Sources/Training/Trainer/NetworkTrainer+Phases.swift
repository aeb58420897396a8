import Networks
import SearchSpaces
import Supernet
import Torch

extension NetworkTrainer {
  /// What happens once, before the first step of a phase. Happening again it changes nothing, so a
  /// step that failed can be repeated.
  ///
  /// A phase starts from what the one before gave, as if it had been read from its file: from the
  /// averaged weights where there are any, without momentum.
  func enter(_ index: Int) throws {
    let phase = phases[index]
    if index > 0 {
      if let average { try supernet.load(average.supernet.state().merging(buffers()) { $1 }) }
      optimizer = try Self.optimizer(of: supernet, configuration)
    }
    try targets.begin(phase, training: supernet)
    if phase.sortsChannels { try supernet.sortChannels() }
    try average?.restart(from: supernet)
  }

  private func buffers() throws -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: supernet.buffers.map { ($0.name, $0.value) })
  }

  static func optimizer(
    of supernet: Supernet,
    _ configuration: TrainingConfiguration
  ) throws -> SGD {
    let decayed = Set(supernet.layout.filter(\.role.isDecayed).map(\.key))
    return try SGD(supernet.parameters, momentum: configuration.momentum) {
      decayed.contains($0) ? configuration.weightDecay : 0
    }
  }

  /// The network as trained so far. With averaged weights, where there are any, it is valid until
  /// the next step only.
  public func result() throws -> Supernet {
    guard let average else { return supernet }
    try average.takeBuffers(from: supernet)
    return average.supernet
  }
}

extension StoredTensor.Role {
  /// Whether weight decay applies: weights and kernel matrices, not batch norm nor biases.
  var isDecayed: Bool {
    switch self {
    case .convolutionWeight, .linearWeight, .kernelMatrix: true
    case .bias, .normWeight, .normBias, .runningMean, .runningVariance, .batchesTracked: false
    }
  }
}
