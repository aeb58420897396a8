import Foundation

/// Numbers of a run over its steps.
struct Curve: Sendable, Encodable {
  var name: String
  var about: String
  var xLabel: String
  var yLabel: String
  var series: [Series]

  struct Series: Sendable, Encodable {
    var name: String
    var steps: [Int]
    var values: [Double]
  }

  /// Points that a series keeps; of more, every second, third, ... is taken, and the last.
  static let limit = 300

  /// The curves of `metrics.jsonl`: of reward and entropy of each controller, of losses and accuracies
  /// of the supernet, and of the members' tuning.
  static func all(_ log: MetricsText) -> [Curve] {
    let controllers = log.phases.filter { $0.hasPrefix("controller-") }.sorted {
      ($0.count, $0) < ($1.count, $1)
    }
    func byController(_ key: String) -> [Series] {
      controllers.compactMap { phase in
        log.series(key, in: phase, called: "controller \(phase.dropFirst("controller-".count))")
      }
    }
    func ofSubnets(_ prefix: String, in phase: String) -> [Series] {
      ["largest", "smallest", "random"].compactMap {
        log.series(prefix + $0, in: phase, called: $0)
      }
    }
    let curves = [
      Curve(
        name: "Reward",
        about: "Mean over the architectures of an update",
        xLabel: "updates of the controller",
        yLabel: "reward",
        series: byController("reward/mean")
      ),
      Curve(
        name: "Best reward",
        about: "The best architecture of an update",
        xLabel: "updates of the controller",
        yLabel: "reward",
        series: byController("reward/best")
      ),
      Curve(
        name: "Entropy of the policy",
        about: "In nats; 0 where a controller proposes one network only",
        xLabel: "updates of the controller",
        yLabel: "entropy",
        series: byController("policy/entropy")
      ),
      Curve(
        name: "Accuracy of the supernet",
        about: "Calibrated subnets, on images of the search split",
        xLabel: "steps of training",
        yLabel: "accuracy",
        series: ofSubnets("accuracy/", in: "validation")
      ),
      Curve(
        name: "Loss of the supernet",
        about: "One batch in ten: the largest subnet's with the labels, others' with their target",
        xLabel: "steps of training",
        yLabel: "loss",
        series: ofSubnets("loss/", in: "supernet")
      ),
      Curve(
        name: "Tuning of the members",
        about: "Losses of one batch in ten",
        xLabel: "steps of tuning",
        yLabel: "loss",
        series: log.keys(in: "tuning").filter { $0.hasPrefix("loss") }.compactMap {
          log.series($0, in: "tuning", called: $0)
        }
      ),
    ]
    return curves.filter { !$0.series.isEmpty }
  }
}

/// The text of `metrics.jsonl`, read leniently: a run under way may be writing its last line.
struct MetricsText {
  private var lines: [(phase: String, step: Int, values: [String: Double])] = []
  /// In the order in which they appear.
  private(set) var phases: [String] = []
  /// Whole lines that are none of a run's.
  private(set) var unreadable = 0

  init(_ text: String) {
    let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() where !part.isEmpty {
      let object = try? JSONSerialization.jsonObject(with: Data(part.utf8)) as? [String: Any]
      guard let object, let phase = object["phase"] as? String, let step = object["step"] as? Int
      else {
        if index < parts.count - 1 { unreadable += 1 }
        continue
      }
      lines.append((phase, step, object.compactMapValues { $0 as? Double }))
      if !phases.contains(phase) { phases.append(phase) }
    }
  }

  func keys(in phase: String) -> [String] {
    Set(lines.filter { $0.phase == phase }.flatMap(\.values.keys)).sorted()
  }

  /// Nil where the log has no number of that name.
  func series(_ key: String, in phase: String, called name: String) -> Curve.Series? {
    let points = lines.filter { $0.phase == phase }.compactMap { line in
      line.values[key].map { (line.step, $0) }
    }.filter { $0.1.isFinite }
    guard !points.isEmpty else { return nil }
    let stride = (points.count - 1) / Curve.limit + 1
    let kept = points.enumerated().filter { index, _ in
      index % stride == 0 || index == points.count - 1
    }.map(\.element)
    return Curve.Series(name: name, steps: kept.map(\.0), values: kept.map(\.1))
  }
}
