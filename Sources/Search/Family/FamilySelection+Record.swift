import Families
import FlipMetrics
import SearchSpaces

extension FamilySelection {
  /// The members with their report and with all that says how they came to be.
  func family(_ members: [Family.Member]) throws -> Family {
    let setting = context.setting
    return Family(
      members: members,
      report: try report(members),
      decisions: setting.space.decisions.decisions.map(\.name),
      provenance: Family.Provenance(
        configuration: context.configuration.resultsYAML,
        dataDigest: setting.data.digest,
        searchDigest: try setting.data.digest(of: .search),
        testDigest: try setting.data.digest(of: .test),
        supernetDigest: supernet.digest,
        computer: setting.computer
      ),
      space: setting.space,
      images: Family.Images(
        classNames: setting.data.classNames,
        height: setting.data.shape.height,
        width: setting.data.shape.width,
        mean: setting.data.channelMean,
        deviation: setting.data.normalizingDeviation,
        space: setting.space
      ),
      reference: try setting.reference.map { reference in
        Family.Reference(
          search: try reference.predictions(for: setting.images.search),
          test: try reference.coversTest ? reference.predictions(for: setting.images.test) : nil
        )
      },
      sampling: Family.Sampling(
        samples: settings.samples,
        finalists: settings.finalists,
        seed: settings.seed
      ),
      evaluations: try evaluations()
    )
  }

  private func evaluations() throws -> [Family.Evaluation] {
    let space = context.setting.space
    let (macs, parameters) = (try space.costTable(.macs), try space.costTable(.parameters))
    return searched.history.map { entry in
      Family.Evaluation(
        member: entry.member + 1,
        update: entry.update + 1,
        architecture: entry.architecture,
        accuracy: entry.accuracy,
        negativeFlipRate: entry.negativeFlipRate,
        reward: entry.reward,
        macs: macs.cost(of: entry.architecture, in: space.decisions),
        parameters: parameters.cost(of: entry.architecture, in: space.decisions)
      )
    }
  }
}
