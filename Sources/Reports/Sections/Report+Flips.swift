import Charts
import Families
import FlipMetrics
import Foundation

extension Report {
  /// What links name the images of a pair by.
  private static func anchor(_ reference: String, _ candidate: String) -> String {
    "flips-\(reference)-\(candidate)".replacingOccurrences(of: " ", with: "-")
  }

  func flipSection(_ family: FamilyReport) -> ReportSection {
    let pairs = family.members.flatMap(\.flips)
    var names: [String] = pairs.contains { $0.reference == "reference" } ? ["reference"] : []
    names += family.members.indices.map { "member \($0 + 1)" }
    func pair(_ reference: String, _ candidate: String) -> FlipReport? {
      pairs.first { $0.reference == reference && $0.candidate == candidate }
    }
    let rows = names.enumerated().map { row, name -> Table.Row in
      let cells = names.enumerated().map { column, other -> Markup in
        if row > column, let pair = pair(other, name) {
          return .element(
            "span",
            [:],
            .element(
              "a",
              ["href": "#" + Self.anchor(other, name)],
              .text(NumberText.percent(pair.negativeFlipRate))
            ),
            .element(
              "small",
              [:],
              .text("McNemar p = \(NumberText.probability(pair.equalAccuracyProbability))")
            )
          )
        }
        if row < column, let pair = pair(name, other) {
          return .text(NumberText.percent(pair.positiveFlipRate))
        }
        return "–"
      }
      return .init([.element("b", [:], .text(name))] + cells)
    }
    let matrix = Table(
      header: ["% of the test images"] + names.map { .text($0) },
      rows: rows,
      caption: .text(
        "Below the diagonal: negative flips, which the column's network gets right and the row's wrong. "
          + "Above: positive flips, which the row's gets wrong and the column's right. Intervals are "
          + "Wilson's, of 95 %; McNemar's exact test is that both are equally accurate."
      ),
      numbers: Set(1..<names.count + 1)
    )
    let details = Table(
      header: [
        "smaller", "larger", "negative flips", "positive flips", "both right", "both wrong",
        "NFR, %",
        "PFR, %", "NFI", "NFR_rel", "churn, %", "gain, points", "McNemar p",
      ],
      rows: pairs.map { pair in
        let gain = pair.candidateAccuracy.value - pair.referenceAccuracy.value
        return .init([
          .text(pair.reference), .text(pair.candidate), .text(grouped(pair.counts.negativeFlips)),
          .text(grouped(pair.counts.positiveFlips)), .text(grouped(pair.counts.bothRight)),
          .text(grouped(pair.counts.bothWrong)), .text(NumberText.percent(pair.negativeFlipRate)),
          .text(NumberText.percent(pair.positiveFlipRate)),
          .text(pair.negativeFlipImpact.map { NumberText.decimals($0, 3) } ?? "–"),
          .text(pair.relativeNegativeFlipRate.map { NumberText.decimals($0, 3) } ?? "–"),
          .text(pair.churn.map { NumberText.percent($0) } ?? "–"),
          .text(
            pair.accuracyGainInterval.map { NumberText.points(gain, $0.lower, $0.upper) }
              ?? NumberText.points(gain)
          ), .text(NumberText.probability(pair.equalAccuracyProbability)),
        ])
      },
      caption: .text(
        "NFI: the part of the larger one's errors that are flips. NFR_rel: 1 if the two erred "
          + "independently. Churn: images with another predicted class."
      ),
      numbers: Set(2...12),
      isSortable: true
    )
    return ReportSection(
      id: "flips",
      title: "Flips between members",
      content: [matrix.markup, details.folded("Every measure of every pair")]
    )
  }

  var classSection: ReportSection {
    let names = classNames
    let flips = figures.flips
    let byClass = Table(
      header: ["class", "test images"]
        + flips.map { .text("\($0.candidate) against \($0.reference)") },
      rows: names.indices.map { index in
        .init(
          [.text(names[index]), .text(grouped(flips.first?.images[index] ?? 0))]
            + flips.map { pair in
              .text("\(pair.negative[index]) lost, \(pair.positive[index]) won")
            }
        )
      },
      caption: "Negative flips (lost) and positive flips (won) by true class.",
      numbers: Set(1..<2 + flips.count),
      isSortable: true
    )
    let common = Table(
      header: ["larger", "smaller", "true class", "taken for", "images"],
      rows: flips.flatMap { pair in
        pair.commonest.map { one in
          .init([
            .text(pair.candidate), .text(pair.reference), .text(one.trueClass),
            .text(one.predictedClass), "\(one.count)",
          ])
        }
      },
      caption: .text(
        "The commonest kinds of negative flips, at most \(PairFlips.limit) of each pair."
      ),
      numbers: [4],
      isSortable: true
    )
    return ReportSection(
      id: "classes",
      title: "Flips by class",
      content: [
        byClass.markup,
        names.count > 20 ? common.folded("The commonest class-to-class flips") : common.markup,
      ]
    )
  }

  var gallerySection: ReportSection {
    var content: [Markup] = [
      .paragraph(
        "Images that the smaller network gets right and the larger one wrong; those first of whose wrong "
          + "class the larger one is surest. Numbers count the images of the test split from 0."
      )
    ]
    for pair in figures.gallery {
      let shown = pair.images.count < pair.flips ? ", \(pair.images.count) of them here" : ""
      content.append(
        .element(
          "h3",
          ["id": Self.anchor(pair.reference, pair.candidate)],
          .text(
            "\(pair.candidate) against \(pair.reference): "
              + "\(NumberText.count(pair.flips, "negative flip"))\(shown)"
          )
        )
      )
      content.append(
        .element("div", ["class": "images"], pair.images.map { figure(of: $0, in: pair) })
      )
    }
    return ReportSection(id: "gallery", title: "Flipping images", content: content)
  }

  private func figure(of image: GalleryPair.Image, in pair: GalleryPair) -> Markup {
    func sure(_ confidence: Float?) -> String {
      confidence.map { " (\(NumberText.percent(Double($0), 0))\u{A0}%)" } ?? ""
    }
    var content: [Markup] = []
    if let address = pictures[image.number] {
      content.append(.element("img", ["src": address, "alt": "Test image \(image.number)"], []))
    }
    content.append(
      .element(
        "figcaption",
        [:],
        .element("b", [:], .text(image.trueClass)),
        .element("span", [:], .text("\(pair.reference): right\(sure(image.referenceConfidence))")),
        .element(
          "span",
          [:],
          .text("\(pair.candidate): \(image.predictedClass)\(sure(image.candidateConfidence))")
        ),
        .element("small", [:], .text(image.name ?? "image \(image.number)"))
      )
    )
    return .element("figure", [:], content)
  }
}
