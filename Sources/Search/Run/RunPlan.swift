import Configuration
import SearchSpaces

/// What a configuration would do, found out without doing it: `regnas train --dry-run`.
package struct RunPlan {
  package let text: String

  package init(_ setting: RunSetting) throws {
    let configuration = setting.configuration
    let range = setting.space.attainable(setting.costs)
    let unit = configuration.search.metric.unit
    let images = setting.images
    let recipe = setting.supernetIsMade ? nil : try setting.recipe
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
    if setting.supernetIsMade {
      lines.append("supernet   trained")
    } else if let path = configuration.supernet.file {
      lines.append("supernet   \(path)")
    } else {
      let training = configuration.supernet.training
      let visited = (training.sandwich ? 2 : 0) + training.randomSubnets
      for phase in recipe?.plan.phases ?? [] {
        lines.append(
          "supernet   \(phase.name): \(phase.steps) steps of "
            + (phase.elastic.isEmpty ? "the largest network" : "\(visited) subnets")
        )
      }
    }
    lines.append(
      "search     \(setting.budgets.count) x \(evaluations) evaluations of "
        + "\(images.reward.labels.count) images"
    )
    lines += try setting.notes.map { note in
      note.hasPrefix("warning: ")
        ? note.replacing("warning: ", with: "warning    ", maxReplacements: 1)
        : "note       " + note
    }
    text = lines.joined(separator: "\n")
  }
}
