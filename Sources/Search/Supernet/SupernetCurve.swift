import Charts
import Foundation

/// The curves of a supernet's training, drawn from the lines of `metrics.jsonl`: `supernet.svg`.
struct SupernetCurve {
  let svg: String

  /// `metrics` is the text of the log.
  init(metrics: String, stepsPerEpoch: Int, title: String) {
    var losses = Lines(names: ["largest", "smallest", "random"])
    var accuracies = losses
    for text in metrics.split(separator: "\n") {
      guard let line = try? JSONDecoder().decode(Line.self, from: Data(text.utf8)) else { continue }
      let epoch = Double(line.step) / Double(stepsPerEpoch)
      switch line.phase {
      case "supernet": losses.add(line.values, prefix: "loss/", at: epoch)
      case "validation": accuracies.add(line.values, prefix: "accuracy/", at: epoch, scale: 100)
      default: break
      }
    }
    let loss = LineChart(
      title: title,
      subtitle: "Loss of one batch in ten: the largest subnet's with the labels, the others' with "
        + "their target",
      xLabel: "epochs",
      yLabel: "loss",
      series: losses.series
    )
    let accuracy = LineChart(
      title: "Accuracy",
      subtitle: "Calibrated, on images of the search split",
      xLabel: "epochs",
      yLabel: "accuracy, %",
      series: accuracies.series
    )
    svg = LineChart.column(accuracies.series.isEmpty ? [loss] : [loss, accuracy])
  }

  private struct Lines {
    let names: [String]
    private var points: [String: [LineChart.Point]] = [:]

    init(names: [String]) { self.names = names }

    mutating func add(
      _ values: [String: Double],
      prefix: String,
      at x: Double,
      scale: Double = 1
    ) {
      for name in names {
        guard let value = values[prefix + name] else { continue }
        points[name, default: []].append(.init(x: x, y: value * scale))
      }
    }

    var series: [LineChart.Series] {
      names.compactMap { name in points[name].map { .init(name: name, points: $0) } }
    }
  }

  /// A line of the log: `phase`, `step` and numbers by name.
  private struct Line: Decodable {
    var phase: String
    var step: Int
    var values: [String: Double] = [:]

    private struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      phase = try container.decode(String.self, forKey: Key(stringValue: "phase"))
      step = try container.decode(Int.self, forKey: Key(stringValue: "step"))
      for key in container.allKeys where key.stringValue != "phase" {
        values[key.stringValue] = try container.decodeIfPresent(Double.self, forKey: key)
      }
    }
  }
}
