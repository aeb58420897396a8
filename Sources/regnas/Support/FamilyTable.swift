import Charts
import Families
import FlipMetrics
import Foundation
import Search
import SearchSpaces

extension FamilyReport {
  /// The table that `regnas sample` prints.
  var table: String {
    var header = [
      "member", "MACs", "parameters", "budget (\(budgetUnit))", "test accuracy %",
    ]
    // One column per reference, in the order in which they appear.
    var references: [String] = []
    for flip in members.flatMap(\.flips) where !references.contains(flip.reference) {
      references.append(flip.reference)
    }
    header += references.map { "NFR % against \($0)" }
    header += ["contains smaller", "architecture"]
    let rows = members.enumerated().map { index, member in
      var row = [
        "\(index + 1)", "\(member.macs)", "\(member.parameters)", "\(member.budget)",
        Self.percent(member.accuracy),
      ]
      row += references.map { reference in
        member.flips.first { $0.reference == reference }
          .map { Self.percent($0.negativeFlipRate) } ?? "-"
      }
      return row + [
        index == 0 ? "-" : member.containsSmaller ? "yes" : "NO", member.architecture,
      ]
    }
    let same = members.enumerated().compactMap { index, member in
      member.sameAs.map { "\nMembers \($0) and \(index + 1) are the same network." }
    }
    return TextTable(header: header, rows: rows).text
      + "\n\(testImages) test images; intervals are 95 %, Wilson's.\n"
      + "NFR: share of images that the reference gets right and the member wrong."
      + (tuningEpochs.map {
        "\nThe members were trained on together for \($0) epoch\($0 == 1 ? "" : "s")."
      } ?? "")
      + same.joined() + doubtfulGains.joined()
  }

  /// Of every member that is not clearly more accurate than the one before, a line that says so.
  private var doubtfulGains: [String] {
    members.indices.dropFirst().compactMap { index in
      guard members[index].sameAs == nil,
        let flips = members[index].flips.first(where: { $0.reference == "member \(index)" }),
        let interval = flips.accuracyGainInterval, interval.lower <= 0
      else { return nil }
      func points(_ value: Double) -> String { String(format: "%+.2f", value * 100) }
      let gain = members[index].accuracy.value - members[index - 1].accuracy.value
      return
        "\nMember \(index + 1) is \(interval.upper < 0 ? "less" : "not clearly more") accurate than "
        + "member \(index): \(points(gain)) points [\(points(interval.lower)), "
        + "\(points(interval.upper))]. Is it worth its cost?"
    }
  }

  private static func percent(_ rate: FlipReport.Rate) -> String {
    func text(_ value: Double) -> String { String(format: "%.2f", value * 100) }
    return
      "\(text(rate.value)) [\(text(rate.interval.lower)), \(text(rate.interval.upper))]"
  }
}
