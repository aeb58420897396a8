/// A way to get a family, as a study names it: `regnas`, `pct-kl`, `pct-kl.equal-cost`,
/// `elodi.regnas-architectures.equal-cost`.
package struct StudyMethod: Sendable, Hashable, CustomStringConvertible {
  package var approach: Approach
  /// For networks trained apart: those of REG-NAS's family, and not what an accuracy-only search chooses.
  package var takesOurArchitectures = false
  /// For networks trained apart: for as many multiply-adds as REG-NAS's tuned family took with its
  /// supernet and search.
  package var hasEqualCost = false

  package init(
    _ approach: Approach,
    takesOurArchitectures: Bool = false,
    hasEqualCost: Bool = false
  ) {
    self.approach = approach
    self.takesOurArchitectures = takesOurArchitectures
    self.hasEqualCost = hasEqualCost
  }

  package enum Approach: String, Sendable, CaseIterable {
    /// Each network trained alone, on the labels.
    case independent
    /// Positive-congruent training, each network against the one before: focal distillation by
    /// divergence, and by logits.
    case pctKL = "pct-kl"
    case pctLM = "pct-lm"
    /// Each network from an ensemble of networks of its own architecture.
    case elodi
    /// Members searched by accuracy alone, each within its budget.
    case accuracyOnly = "accuracy-only"
    /// By accuracy, each containing the smaller ones.
    case constraintOnly = "constraint-only"
    /// By the joint reward, without containment.
    case rewardOnly = "reward-only"
    /// Joint reward and containment: REG-NAS.
    case regnas
    /// The same, and then tuned as a family.
    case regnasTuned = "regnas-tuned"
    /// REG-NAS with another search of as many evaluations.
    case randomSearch = "random-search"
    case evolution
    /// A random nested family, tuned alike: what is left without search.
    case randomTuned = "random-tuned"
    /// REG-NAS's members trained from scratch as nested slices for the same cost: what is left
    /// without supernet.
    case joint

    /// Whether networks are trained apart.
    package var isApart: Bool { [.independent, .pctKL, .pctLM, .elodi].contains(self) }
    /// Whether members are tuned as a family.
    package var isTuned: Bool { [.regnasTuned, .randomTuned].contains(self) }
  }

  /// Methods whose results this one is computed from.
  package var needs: [StudyMethod] {
    if approach == .joint { return [StudyMethod(.regnasTuned)] }
    guard approach.isApart else { return [] }
    var needs = [StudyMethod(takesOurArchitectures ? .regnas : .accuracyOnly)]
    if hasEqualCost { needs.append(StudyMethod(.regnasTuned)) }
    return needs
  }

  /// Reads a ``description``; nil for another text.
  package init?(_ text: String) {
    guard let method = try? StudyMethod(configurationText: text) else { return nil }
    self = method
  }

  private static let ours = "regnas-architectures"
  private static let equal = "equal-cost"

  package var description: String {
    approach.rawValue + (takesOurArchitectures ? "." + Self.ours : "")
      + (hasEqualCost ? "." + Self.equal : "")
  }
}

extension StudyMethod: ConfigurationText {
  init(configurationText text: String) throws(Malformed) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let approach = Approach(rawValue: parts[0]) else {
      throw Malformed(
        expected: "a list of methods, each one of "
          + Approach.allCases.map(\.rawValue).joined(separator: ", ")
      )
    }
    self.init(
      approach,
      takesOurArchitectures: parts.contains(Self.ours),
      hasEqualCost: parts.contains(Self.equal)
    )
    guard description == text, approach.isApart || parts.count == 1 else {
      throw Malformed(
        expected:
          "a list of methods; independent, pct-kl, pct-lm and elodi may have .\(Self.ours) and then "
          + ".\(Self.equal) behind them, others nothing"
      )
    }
  }

  var configurationText: String { description }
}
