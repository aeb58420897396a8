import Networks
import SearchSpaces
import Torch

/// One architecture of a supernet with batch-norm statistics of its own: ready to predict.
///
/// Made by ``Supernet/calibrate(_:batches:)``. It reads the supernet's weights where they are, so it
/// costs no memory beyond its statistics, and refuses to predict once they have changed
/// (``SupernetError/staleSubnet(architecture:)``). Batch norm as written; with the supernet's
/// ``Supernet/formulation`` set to plain this is the *reference evaluator*. ``folded(precision:)`` gives
/// a faster network with the same predictions.
public final class CalibratedSubnet: Classifier {
  public let architecture: Architecture
  public let network: NetworkDescription
  let supernet: Supernet
  let statistics: NormStatistics
  private let generation: Int

  init(
    supernet: Supernet,
    architecture: Architecture,
    network: NetworkDescription,
    statistics: NormStatistics
  ) {
    self.supernet = supernet
    self.architecture = architecture
    self.network = network
    self.statistics = statistics
    generation = supernet.generation
  }

  public var device: Device { supernet.device }

  public func logits(_ images: Tensor) throws -> Tensor {
    try checkFresh()
    return try withoutGradient {
      try EvaluationPass(
        store: supernet.store,
        statistics: statistics,
        formulation: supernet.formulation
      ).logits(images, of: network)
    }
  }

  /// Mean and biased variance per active channel of a batch norm, by its name in the supernet.
  public func statistics(of norm: String) throws -> (mean: [Float], variance: [Float]) {
    guard let (mean, variance) = statistics[norm] else {
      throw SupernetError.missingTensors([norm])
    }
    return (try mean.to(.float32).array(), try variance.to(.float32).array())
  }

  func checkFresh() throws {
    guard generation == supernet.generation else {
      throw SupernetError.staleSubnet(architecture: architecture.choices)
    }
  }
}

extension Supernet {
  /// The subnet with batch-norm statistics measured on `batches` of training images (normalised,
  /// `[batch, channels, height, width]`). The supernet stays as it is.
  ///
  /// While measuring, every batch norm uses the statistics of the batch; the result is the average
  /// of the batches' means and of their biased variances, weighted by the numbers of images. Use the
  /// same batches for all architectures that are compared.
  ///
  /// Throws ``SupernetError`` for no images or images of other channels, and ``DecisionError`` for
  /// an architecture of another space.
  public func calibrate(
    _ architecture: Architecture,
    batches: some Sequence<Tensor>
  ) throws -> CalibratedSubnet {
    let network = try space.network(architecture)
    return try withoutGradient {
      var average = MomentsAverage()
      for batch in batches {
        guard batch.rank > 0, batch.size(0) > 0 else { throw SupernetError.noCalibrationImages }
        let pass = CalibrationPass(store: store, formulation: formulation)
        _ = try pass.logits(batch, of: network)
        try average.add(pass.moments, images: batch.size(0))
      }
      return CalibratedSubnet(
        supernet: self,
        architecture: architecture,
        network: network,
        statistics: try average.statistics()
      )
    }
  }

  /// The subnet with the leading slices of the stored running statistics.
  ///
  /// Only right where those are this network's own: weights imported from a specialised network, or
  /// a comparison with another implementation. After supernet training they are a mixture over all
  /// trained subnets and give accuracies down to chance: use ``calibrate(_:batches:)``.
  public func withStoredStatistics(_ architecture: Architecture) throws -> CalibratedSubnet {
    let network = try space.network(architecture)
    var statistics: NormStatistics = [:]
    try withoutGradient {
      for norm in network.norms {
        statistics[norm.key] = (
          mean: try store.vector(norm.key + ".running_mean", count: norm.active).clone(),
          variance: try store.vector(norm.key + ".running_var", count: norm.active).clone()
        )
      }
    }
    return CalibratedSubnet(
      supernet: self,
      architecture: architecture,
      network: network,
      statistics: statistics
    )
  }
}
