import Charts
import Families
import Foundation

/// What a family comes to, in two sentences, and what is doubtful about it.
struct FamilyVerdict {
  let report: FamilyReport

  var text: String { networks + " " + flips }

  private var networks: String {
    let (count, members) = (report.members.count, report.members)
    let macs = members.map(\.macs)
    let accuracies = members.map(\.accuracy.value)
    let images = NumberText.count(report.testImages, "test image")
    guard let least = macs.min(), let most = macs.max(), let worst = accuracies.min(),
      let best = accuracies.max()
    else { return "The family has no members." }
    if count == 1 {
      return
        "One network of \(report.space) with \(NumberText.millions(least)) million MACs is right "
        + "on \(NumberText.percent(best)) % of \(images)."
    }
    return "\(count) networks of \(report.space), from \(NumberText.millions(least)) to "
      + "\(NumberText.millions(most)) million MACs, are right on \(NumberText.percent(worst)) to "
      + "\(NumberText.percent(best)) % of \(images)."
  }

  private var flips: String {
    let pairs = report.members.flatMap(\.flips).filter { $0.reference != "reference" }
    guard let worst = pairs.max(by: { $0.negativeFlipRate.value < $1.negativeFlipRate.value })
    else { return "There is no other member whose right answers it could lose." }
    let mean = pairs.reduce(0) { $0 + $1.negativeFlipRate.value } / Double(pairs.count)
    let contained = report.members.allSatisfy(\.containsSmaller)
    let containment =
      contained
      ? "every member contains the smaller ones" : "not every member contains the smaller ones"
    if pairs.count == 1 {
      return "The larger is wrong, where the smaller is right, on "
        + "\(NumberText.percent(worst.negativeFlipRate)) % of the images, and \(containment)."
    }
    return
      "A larger member loses what a smaller one gets right on \(NumberText.percent(mean)) % of the "
      + "images on average over \(pairs.count) pairs, at most on "
      + "\(NumberText.percent(worst.negativeFlipRate)) % (\(worst.candidate) against "
      + "\(worst.reference)), and \(containment)."
  }

  /// Members that are not clearly worth their cost, and members that are one network.
  var doubts: [String] {
    report.members.enumerated().compactMap { index, member in
      if let same = member.sameAs {
        return "Members \(same) and \(index + 1) are the same network."
      }
      guard let pair = member.flips.first(where: { $0.reference == "member \(index)" }),
        let interval = pair.accuracyGainInterval, interval.lower <= 0
      else { return nil }
      let gain = pair.candidateAccuracy.value - pair.referenceAccuracy.value
      return
        "Member \(index + 1) is \(interval.upper < 0 ? "less" : "not clearly more") accurate than "
        + "member \(index): \(NumberText.points(gain, interval.lower, interval.upper)) points."
    }
  }
}
