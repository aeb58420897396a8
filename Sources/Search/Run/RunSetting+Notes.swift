import Decisions
import ImageData
import Latency

extension RunSetting {
  /// What a person should know before anything is computed, also of what is done to the weights that a
  /// run begins from, a line each: the plan shows it, and a run says it at its beginning.
  package var notes: [String] {
    get throws {
      try (reference?.notes ?? []) + classNotes + budgetNotes + (checkedRecipe?.notes ?? [])
        + latencyNotes + configuration.notesOnKeysWithoutEffect
    }
  }

  private var latencyNotes: [String] {
    get throws {
      guard configuration.search.metric == .latency, let path = configuration.search.latencyTable,
        let note = try LatencyTable.read(path).note(on: .current(device))
      else { return [] }
      return ["search.latencyTable: \(note)"]
    }
  }

  private var budgetNotes: [String] {
    budgets.enumerated().compactMap { index, budget in
      let set = try? FeasibleSet(
        space.decisions,
        budgets: [.init(costs, limit: budget.limit)]
      )
      guard set?.members(limit: 2).count == 1 else { return nil }
      return "warning: member \(index + 1): one network alone is within \(budget.limit) "
        + "\(budget.metric.unit), so there is nothing to search; raise the budget"
    }
  }

  private var classNotes: [String] {
    let names = data.classNames
    guard names.count > 1 else {
      return [
        "warning: the data set has one class, '\(names.first ?? "")': every network is right for every "
          + "image, and nothing can be learned or compared"
      ]
    }
    func classes(of split: Split) -> Set<Int32> {
      Set(data.indices(of: split).map { data.labels[$0] })
    }
    let trained = classes(of: .train)
    let unknown = classes(of: .search).union(classes(of: .test)).subtracting(trained).sorted()
    guard !unknown.isEmpty else { return [] }
    let shown = unknown.prefix(5).map { "'\(names[Int($0)])'" }.joined(separator: ", ")
    return [
      "warning: \(unknown.count == 1 ? "1 class has" : "\(unknown.count) classes have") images in the search or test split and none in the train "
        + "split: \(shown)\(unknown.count > 5 ? " and more" : ""); no network can learn them"
    ]
  }
}
