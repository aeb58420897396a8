import AtomicFiles
import Configuration
import Families
import Foundation
import Judging
import Networks
import RandomStreams
import Search
import SearchSpaces
import Supernet
import Training

/// A network that is trained apart from others, with all that it follows from.
struct ApartNetwork {
  let architecture: Architecture
  /// Of its initial weights, together with the architecture.
  let seed: UInt64
  let training: TrainingConfiguration
  let method: Method
  /// Fixed networks whose logits it learns from: the member before it, or an ensemble.
  let references: [ApartNetwork]

  enum Method {
    case labels
    case focal(FocalDistillation.Distance, StudyConfiguration.FocalDistillationKeys)
    case inhibition(StudyConfiguration.EnsembleKeys)
  }

  init(
    _ architecture: Architecture,
    seed: UInt64,
    training: TrainingConfiguration,
    method: Method = .labels,
    references: [ApartNetwork] = []
  ) {
    let rate: Double? =
      switch method {
      case .labels: nil
      case .focal(_, let keys): keys.learningRate
      case .inhibition(let keys): keys.learningRate
      }
    self.architecture = architecture
    self.seed = seed
    self.training = rate.map(training.peaking) ?? training
    self.method = method
    self.references = references
  }

  var objective: any Objective {
    let labels = LabelLoss(smoothing: training.labelSmoothing)
    switch method {
    case .labels: return labels
    case .focal(let distance, let keys):
      return FocalDistillation(
        distance,
        weight: keys.weight,
        base: keys.base,
        focus: keys.focus,
        labels: labels
      )
    case .inhibition(let keys):
      return LogitDifferenceInhibition(weight: keys.weight, margin: keys.margin, labels: labels)
    }
  }

  /// Names the method with its numbers.
  private var methodText: String {
    switch method {
    case .labels: "labels"
    case .focal(let distance, let keys):
      "focal distillation \(distance), \(keys)"
    case .inhibition(let keys):
      "logit difference inhibition, \(keys)"
    }
  }

  /// Everything that its weights depend on, except the computer.
  ///
  /// - Parameter common: what all networks of a study share: data, space, images.
  func identity(_ common: PredictionsFile.Identity, stepsPerEpoch: Int) throws
    -> PredictionsFile.Identity
  {
    var identity = common
    identity["kind"] = "apart"
    identity["architecture"] = architecture.choices.map(String.init).joined(separator: " ")
    identity["seed"] = String(seed)
    identity["recipe"] = try StandAloneRecipe(
      training,
      TrainingPlan(alone: training, stepsPerEpoch: stepsPerEpoch)
    ).json()
    identity["method"] = methodText
    for (index, reference) in references.enumerated() {
      let text = try PredictionsFile.text(
        reference.identity(common, stepsPerEpoch: stepsPerEpoch)
      )
      identity["reference-\(index + 1)"] = try SHA256.of(text)
    }
    return identity
  }

  /// Multiply-adds of its training, those of the networks that it learns from excepted, but with their
  /// passes over its batches.
  func cost(of space: any SearchSpace, stepsPerEpoch: Int) throws -> Double {
    let images = Double(training.epochs * stepsPerEpoch * training.batchSize)
    let own = try space.network(architecture).macs()
    let others = try references.reduce(0) { try $0 + space.network($1.architecture).macs() }
    return images * Double(3 * own + others)
  }
}
