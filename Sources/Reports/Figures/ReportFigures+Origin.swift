import Configuration
import Families
import Foundation
import HDF5
import Runs
import SearchSpaces

// Where a family or a run comes from: configuration, provenance, and the commands that repeat it.
extension ReportFigures {
  /// Every key that results depend on; those that were changed first.
  static func settings(_ configuration: RunConfiguration) -> [Setting] {
    let (texts, standard) = (texts(configuration), texts(RunConfiguration()))
    let all = ConfigurationKey.all.compactMap { key in
      texts[key.path].map {
        Setting(key: key.path, value: $0, standard: standard[key.path] ?? "")
      }
    }
    return all.filter(\.isChanged) + all.filter { !$0.isChanged }
  }

  /// Values by key. Where a key names no file its text is that of no value.
  private static func texts(_ configuration: RunConfiguration) -> [String: String] {
    var texts = configuration.texts(under: [""])
    for key in ConfigurationKey.all where key.namesFile { texts[key.path] = "null" }
    for input in InputFiles().inputs(of: configuration) { texts[input.key] = input.path }
    return texts
  }

  static func facts(_ family: Family) -> [Fact] {
    var facts = [
      Fact(name: "space", value: family.report.space),
      Fact(name: "data set, SHA-256", value: family.provenance.dataDigest),
    ]
    for (name, value) in [
      ("search split, SHA-256", family.provenance.searchDigest),
      ("test split, SHA-256", family.provenance.testDigest),
      ("supernet, SHA-256", family.provenance.supernetDigest),
      ("computer", family.provenance.computer),
    ] { if let value { facts.append(Fact(name: name, value: value)) } }
    if let images = family.images {
      let deviation = images.deviation.map { NumberText.decimals($0) }.joined(separator: ", ")
      let mean = images.mean.map { NumberText.decimals($0) }.joined(separator: ", ")
      facts += [
        Fact(
          name: "images",
          value: "\(images.height) × \(images.width) pixels, \(images.channels.count) "
            + (images.channels.count == 1 ? "channel" : "channels")
        ),
        Fact(name: "normalisation", value: "mean \(mean); deviation \(deviation)"),
      ]
    }
    if let sampling = family.sampling {
      facts.append(
        Fact(
          name: "sampling",
          value: "\(sampling.samples) samples of each controller, \(sampling.finalists) finalists, "
            + "seed \(sampling.seed)"
        )
      )
    }
    return facts
  }

  /// What gives the same family again.
  static func commands(_ family: Family) -> [String] {
    var sample = "regnas sample checkpoints/again"
    if let sampling = family.sampling {
      sample +=
        " --samples \(sampling.samples) --finalists \(sampling.finalists) --seed \(sampling.seed)"
    }
    return training(family.provenance.configuration) + [sample]
  }

  /// What makes the run again that has this configuration, YAML.
  static func training(_ yaml: String) -> [String] {
    // A text that no line of the configuration is.
    var end = "END"
    let lines = Set(yaml.split(separator: "\n"))
    while lines.contains(Substring(end)) { end += "_" }
    let body = yaml.hasSuffix("\n") ? yaml : yaml + "\n"
    return [
      "cat > again.yaml << '\(end)'\n\(body)\(end)",
      "regnas train --config again.yaml --name again",
    ]
  }
}

extension RunConfiguration {
  /// The configuration that a family stores, without the keys that change no result; nil where this
  /// program cannot read it.
  init?(storedResults yaml: String) {
    guard let sources = try? ConfigurationSources(stored: yaml, name: "configuration") else {
      return nil
    }
    self = sources.configuration
  }
}
