import SearchSpaces

/// What a configuration would do, found out without doing it: `regnas train --dry-run`.
public struct RunPlan {
  public let text: String

  public init(_ configuration: RunConfiguration) throws {
    let setting = try RunSetting(configuration)
    let range = setting.space.attainable(setting.costs)
    let unit = configuration.search.metric.unit
    let images = setting.images
    var lines = [
      "data       \(configuration.data.file): \(images.trainCount) train, "
        + "\(images.search.labels.count) search, \(images.test.labels.count) test images",
      "space      \(setting.space.name): \(setting.space.decisions.count) decisions, "
        + "\(setting.space.decisions.assignmentCount) architectures",
      "cost       \(range.lowerBound) to \(range.upperBound) \(unit)",
    ]
    for (index, budget) in setting.budgets.enumerated() {
      lines.append("member \(index + 1)   at most \(budget.limit) \(unit)")
    }
    let evaluations = configuration.controller.updates * configuration.controller.rollout
    lines.append(
      configuration.supernet.file.map { "supernet   \($0)" }
        ?? "supernet   \(configuration.supernet.epochs * images.trainingBatchesPerEpoch) steps of "
        + "\(2 + configuration.supernet.randomSubnets) subnets"
    )
    lines.append(
      "search     \(setting.budgets.count) x \(evaluations) evaluations of "
        + "\(images.reward.labels.count) images"
    )
    text = lines.joined(separator: "\n")
  }
}
