import Controller
import Networks
import SearchSpaces

// One controller per member, or one policy that goes from member to member.
extension SearchRun {
  /// A fresh strategy over the networks a member may be.
  func makeStrategy(
    for member: Int,
    containing smaller: [Architecture]
  ) throws -> any SearchStrategy {
    try Search.makeStrategy(
      configuration,
      over: feasible(member, containing: smaller),
      member: member,
      conditioning: configuration.controller.sharing == .conditioned
        ? conditioning(member, containing: smaller) : []
    )
  }

  /// What a shared policy is told of a member: its budget's place on a logarithmic scale, and the
  /// last smaller member, all zeros where there is none.
  private func conditioning(_ member: Int, containing smaller: [Architecture]) -> [Double] {
    let limits = setting.budgets.map(\.limit)
    let scale = BudgetScale((limits.min() ?? 1)...(limits.max() ?? 1))
    let encoding = OneHotEncoding(setting.space.decisions)
    let reference = smaller.last.map { encoding.features(of: $0).map(Double.init) }
    return [scale.position(of: setting.budgets[member].limit)]
      + (reference ?? [Double](repeating: 0, count: encoding.width))
  }
}
