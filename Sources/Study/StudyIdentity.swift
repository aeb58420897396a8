import AtomicFiles
import Configuration
import Families
import Foundation
import Judging
import Search
import SearchSpaces
import Supernet
import Training

/// What cells of one space and seed follow from, as far as the study's description tells: only what a
/// method depends on, so that changing one method's keys leaves the cells of others valid.
struct StudyIdentity {
  typealias Parts = PredictionsFile.Identity

  private let study: StudyConfiguration
  private let setting: RunSetting
  private let method: StudyMethod?

  init(_ study: StudyConfiguration, _ setting: RunSetting, method: StudyMethod? = nil) {
    self.study = study
    self.setting = setting
    self.method = method
  }

  /// Of all that trains on the study's images in the space: data, space, calibration.
  var images: Parts {
    get throws {
      var parts = setting.configuration.texts(under: [
        "data.", "space.", "supernet.batchSize", "supernet.calibration",
      ])
      parts["data-sha256"] = setting.data.digest
      parts["space"] = try SpaceDescription(setting.space).configuration
      parts["images-seed"] = String(setting.configuration.seed)
      return parts
    }
  }

  /// Of the supernet.
  var supernet: Parts {
    get throws {
      try images.merging(
        setting.configuration.texts(under: ["supernet."]).filter {
          // How it is watched changes nothing.
          !$0.key.hasPrefix("supernet.validat")
        }
      ) { $1 }
    }
  }

  /// Of the method.
  var parts: Parts {
    get throws {
      guard let method else { return try supernet }
      var parts = try ownParts(of: method)
      parts["method"] = "\(method)"
      return parts
    }
  }

  private func ownParts(of method: StudyMethod) throws -> Parts {
    switch method.approach {
    case .independent, .pctKL, .pctLM, .elodi:
      var parts = try apartParts(of: method.approach)
      parts["architectures"] = try digest(of: method.needs[0])
      if method.hasEqualCost {
        // Only how much was computed matters.
        var costs = try ownParts(of: StudyMethod(.regnas))
        costs["epochs"] = String(setting.configuration.family.tuning.epochs)
        parts["cost"] = try SHA256.of(PredictionsFile.text(costs))
      }
      return parts
    case .joint:
      var parts = try images
      parts["training"] = try recipe(study.alone)
      parts["family"] = try digest(of: method.needs[0])
      return parts
    default:
      let own = setting.configuration.adapted(to: method.approach)
      let keys = ["controller.", "search.", "family.samples", "family.finalists"]
      return try supernet.merging(
        own.texts(under: keys + (method.approach.isTuned ? ["family.tuning."] : [])).filter {
          // Without a reference, nothing depends on how its images are prepared.
          own.search.reference != nil || !$0.key.hasPrefix("search.reference")
        }
      ) { $1 }
    }
  }

  private func apartParts(of approach: StudyMethod.Approach) throws -> Parts {
    var parts = try images
    parts["training"] = try recipe(study.alone)
    switch approach {
    case .pctKL: parts["keys"] = "\(study.pctKL), temperature \(study.pctKL.temperature)"
    case .pctLM: parts["keys"] = "\(study.pctLM)"
    case .elodi: parts["keys"] = "\(study.elodi), ensemble of \(study.elodi.ensemble)"
    default: break
    }
    return parts
  }

  private func recipe(_ training: TrainingConfiguration) throws -> String {
    try StandAloneRecipe(
      training,
      TrainingPlan(alone: training, stepsPerEpoch: setting.images.trainingBatchesPerEpoch)
    ).json()
  }

  private func digest(of method: StudyMethod) throws -> String {
    try SHA256.of(
      PredictionsFile.text(StudyIdentity(study, setting, method: method).parts)
    )
  }
}
