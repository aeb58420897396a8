import Charts
import Statistics
import Study

/// The parts of a study's report: for each space its methods, and ours beside each.
struct StudySections {
  let studies: [StudyFigures]

  init(_ studies: [StudyFigures]) { self.studies = studies }

  var sections: [ReportSection] {
    studies.enumerated().map { index, study in
      var content: [Markup] = [
        .figure(study.chart.inline("study\(index)")), methods(study).markup,
        pairs(study).folded("Negative flips of every pair of members"),
      ]
      if let ours = study.ours, !study.comparisons.isEmpty {
        content += [
          .element("h3", [:], .text("\(ours) beside each other method")),
          comparisons(study).markup,
          seeds(study).folded("Reductions by seed"),
        ]
        if study.comparisons.contains(where: { $0.reduction?.intervalOver == "images" }) {
          content.append(
            .note(
              "Of one seed, intervals are over images. They do not tell how another training would "
                + "come out."
            )
          )
        }
      }
      return ReportSection(
        id: "study\(index + 1)",
        title: "\(study.dataSet), \(study.space)",
        content: content
      )
    }
  }

  private func seeds(_ numbers: [UInt64]) -> Markup {
    .text(numbers.map(String.init).joined(separator: ", "))
  }

  private func methods(_ study: StudyFigures) -> Table {
    let count = study.methods.map(\.accuracies.count).max() ?? 0
    return Table(
      header: ["method", "seeds", "epochs", "cost"]
        + (0..<count).map { .text("accuracy of member \($0 + 1), %") }
        + ["mean NFR, %", "NFR_rel", "NFI"],
      rows: study.methods.map { method in
        .init(
          [
            .text(method.method), seeds(method.seeds), "\(method.epochs)",
            .text(method.costRatio.map { NumberText.decimals($0, 2) } ?? "–"),
          ]
            + (0..<count).map { index in
              .text(
                index < method.accuracies.count
                  ? NumberText.percent(method.accuracies[index]) : "–"
              )
            }
            + [
              .text(NumberText.percent(method.negativeFlipRate)),
              .text(method.relativeNegativeFlipRate.map { NumberText.decimals($0.mean, 3) } ?? "–"),
              .text(method.negativeFlipImpact.map { NumberText.decimals($0.mean, 3) } ?? "–"),
            ],
          style: method.method == study.ours ? "own" : nil
        )
      },
      caption: .text(
        "Test split, \(NumberText.count(study.testImages, "image")); means over seeds, with Student's "
          + "95 % interval where there are several. Cost: multiply-adds of training and search, over those "
          + "of \(study.ours ?? "ours"). NFR: the mean negative-flip rate over all pairs of members."
      ),
      numbers: Set(2..<7 + count),
      isSortable: true
    )
  }

  private func pairs(_ study: StudyFigures) -> Table {
    let all = study.methods.max { $0.pairs.count < $1.pairs.count }?.pairs ?? []
    return Table(
      header: ["method"]
        + all.map { .text("member \($0.candidate) against \($0.reference), %") },
      rows: study.methods.map { method in
        .init(
          [.text(method.method)]
            + all.indices.map { index in
              .text(
                index < method.pairs.count
                  ? NumberText.percent(method.pairs[index].negativeFlipRate) : "–"
              )
            }
        )
      },
      numbers: Set(1..<1 + all.count),
      isSortable: true
    )
  }

  private func comparisons(_ study: StudyFigures) -> Table {
    let count = study.comparisons.map(\.accuracyDifferences.count).max() ?? 0
    return Table(
      header: ["method", "seeds", "fewer negative flips, %"]
        + (0..<count).map { .text("accuracy of member \($0 + 1), points") }
        + ["McNemar, largest p"],
      rows: study.comparisons.map { one in
        let probability = one.equalFlipsProbabilities.flatMap { $0 }.max()
        return .init(
          [
            .text(one.baseline), seeds(one.seeds),
            .text(
              one.reduction.map {
                NumberText.percent(
                  $0.value,
                  Interval(lower: $0.lower, upper: $0.upper, level: 0.95)
                )
              } ?? "–"
            ),
          ]
            + (0..<count).map { index in
              guard index < one.accuracyDifferences.count else { return "–" }
              let bounds = one.accuracyDifferences[index]
              return .text(NumberText.points(bounds.value, bounds.lower, bounds.upper))
            } + [.text(probability.map(NumberText.probability) ?? "–")]
        )
      },
      caption: .text(
        "Reductions of the mean negative-flip rate and differences of accuracy, with 95 % intervals, on "
          + "the seeds that both have."
      ),
      numbers: Set(2..<4 + count),
      isSortable: true
    )
  }

  private func seeds(_ study: StudyFigures) -> Table {
    Table(
      header: ["method", "seed", "fewer negative flips, %"],
      rows: study.comparisons.flatMap { one in
        // Without a reduction of each seed there is no telling whose they are.
        let known = one.reduction?.bySeed ?? []
        return known.enumerated().map { index, bounds in
          Table.Row([
            .text(one.baseline),
            .text(known.count == one.seeds.count ? "\(one.seeds[index])" : "–"),
            .text(
              NumberText.percent(
                bounds.value,
                Interval(lower: bounds.lower, upper: bounds.upper, level: 0.95)
              )
            ),
          ])
        }
      },
      numbers: [2]
    )
  }
}
