import SearchSpaces

/// In which order the networks of a space are trained: named sequences of ``TrainingPhase``s.
public enum TrainingSchedule: String, Sendable, Hashable, CaseIterable {
  /// Everything elastic from the first step (Yu et al., "BigNAS", ECCV 2020): the phase `all`.
  case sandwich
  /// The largest network alone, then everything: `largest`, `all`. The second phase starts warm.
  case largestFirst = "largest-first"
  /// Progressive shrinking (Cai et al., "Once-for-All", ICLR 2020, section 3.3): `largest`, then
  /// `kernel`, `depth` and `width` join one after another, as far as the space has them; hidden
  /// channels are sorted before `width`. The paper halves the last two phases; here each is one.
  case progressiveShrinking = "progressive-shrinking"

  /// The phases for a space, without steps, and the share of the steps that each gets by default.
  ///
  /// The shares are this project's own choice.
  public func phases(of space: any SearchSpace) -> [(phase: TrainingPhase, share: Double)] {
    let largest = TrainingPhase("largest", steps: 0, elastic: [])
    let all = TrainingPhase("all", steps: 0)
    switch self {
    case .sandwich: return [(all, 1)]
    case .largestFirst: return [(largest, 0.3), (all, 0.7)]
    case .progressiveShrinking:
      var elastic: ElasticKinds = .other
      var result = [(largest, 0.3)]
      let kinds = space.elasticKinds
      for (name, kind, share) in [
        ("kernel", ElasticKinds.kernel, 0.2), ("depth", .depth, 0.2), ("width", .width, 0.3),
      ] where kinds.contains(kind) {
        elastic.formUnion(kind)
        result.append(
          (TrainingPhase(name, steps: 0, elastic: elastic, sortsChannels: kind == .width), share)
        )
      }
      if result.count == 1 { result.append((all, 0.7)) }
      let whole = result.map(\.1).reduce(0, +)
      return result.map { ($0, $1 / whole) }
    }
  }

  /// Divides `steps` by shares that add up to 1. Each phase ends at the step nearest to its end.
  public static func divide(_ steps: Int, by shares: [Double]) -> [Int] {
    var (result, begun, sum): ([Int], Int, Double) = ([], 0, 0)
    for (index, share) in shares.enumerated() {
      sum += share
      let end = index == shares.count - 1 ? steps : Int((sum * Double(steps)).rounded())
      result.append(end - begun)
      begun = end
    }
    return result
  }
}
