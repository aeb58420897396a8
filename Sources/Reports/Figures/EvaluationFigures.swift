import Configuration
import Families
import Networks
import Search
import SearchSpaces

/// Every architecture that controllers evaluated, in that order, as columns; on the reward images.
struct EvaluationFigures: Sendable, Encodable {
  /// What the reward images are.
  var images: String
  /// Of the member that was searched, from 1.
  var member: [Int] = []
  var update: [Int] = []
  var architecture: [String] = []
  var accuracy: [Double] = []
  /// The largest of the rates against all references.
  var negativeFlipRate: [Double] = []
  var reward: [Double] = []
  var macs: [Int] = []
  var parameters: [Int] = []

  var count: Int { member.count }

  private init(_ configuration: RunConfiguration?) {
    let count = configuration?.search.rewardImages ?? 0
    images = count == 0 ? "the search split" : "\(count) images of the search split"
  }

  init(
    _ evaluations: [Family.Evaluation],
    of space: some SearchSpace,
    _ configuration: RunConfiguration?
  ) {
    self.init(configuration)
    for one in evaluations {
      member.append(one.member)
      update.append(one.update)
      architecture.append(space.code(one.architecture))
      accuracy.append(one.accuracy)
      negativeFlipRate.append(one.negativeFlipRate)
      reward.append(one.reward)
      macs.append(one.macs)
      parameters.append(one.parameters)
    }
  }

  /// Of a run that has no family yet.
  ///
  /// Throws ``SpaceError`` for a space whose layers do not fit together.
  init(
    _ history: [MemberProgress.HistoryEntry],
    of space: some SearchSpace,
    _ configuration: RunConfiguration?
  ) throws {
    self.init(configuration)
    let (macs, parameters) = (try space.costTable(.macs), try space.costTable(.parameters))
    for one in history {
      let choices = try space.decisions.canonical(one.architecture.choices)
      member.append(one.member + 1)
      update.append(one.update + 1)
      architecture.append(space.code(choices))
      accuracy.append(one.accuracy)
      negativeFlipRate.append(one.negativeFlipRate)
      reward.append(one.reward)
      self.macs.append(macs.cost(of: choices, in: space.decisions))
      self.parameters.append(parameters.cost(of: choices, in: space.decisions))
    }
  }

  /// The first evaluation of each architecture by each member's search.
  var distinct: [Int] {
    var seen: Set<String> = []
    return (0..<count).filter { seen.insert("\(member[$0]) \(architecture[$0])").inserted }
  }

  /// Those that no cheaper one equals in accuracy, by ascending cost.
  func front(_ cost: [Int]) -> [Int] {
    var best = -Double.infinity
    return (0..<count).sorted { (cost[$0], accuracy[$1], $0) < (cost[$1], accuracy[$0], $1) }
      .filter { index in
        guard accuracy[index] > best else { return false }
        best = accuracy[index]
        return true
      }
  }

  var best: Int? {
    (0..<count).max { (reward[$0], $1) < (reward[$1], $0) }
  }
}
