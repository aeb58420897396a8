import Configuration
import Controller
import FlipMetrics
import Foundation
import SearchSpaces
import Supernet

@testable import Search

/// What people and other programs write.
extension Reader {
  private static func text(
    _ name: String,
    _ seeds: [String],
    _ read: @escaping @Sendable (String) throws -> Void
  ) -> Reader {
    Reader(
      name: name,
      fileName: "text",
      seeds: seeds.map { Array($0.utf8) },
      read: { folder in
        let bytes = FileManager.default.contents(atPath: folder + "/text") ?? Data()
        try read(String(decoding: bytes, as: UTF8.self))
      }
    )
  }

  private static let spaces = ["mobilenetv3-small", "proxylessnas-small", "resnet50-small"]
    .compactMap { try? SpaceRegistry.makeSpace(name: $0) }

  static let texts = [
    text(
      "YAML",
      [
        RunConfiguration().yaml,
        "seed: 4\nsearch: {budgets: [20%, 60%]}\nsupernet:\n  epochs: &a 3\n",
      ]
    ) { text in
      var sources = ConfigurationSources()
      try sources.read(yaml: text, name: "config.yaml")
    },
    text(
      "study",
      [
        """
        name: a
        data: d.h5
        spaces: [mobilenetv3-small]
        seeds: [1, 2]
        methods: [regnas, pct-kl.equal-cost]
        run: {family: {tuning: {epochs: 2}}}
        alone: {epochs: 3}
        elodi: {ensemble: 4}

        """
      ]
    ) { text in
      _ = try StudyConfiguration(yaml: text, name: "study.yaml").allMethods
    },
    text("predictions", ["0\n1\n2\n1\n", "0.1 0.9 0\n1 0 0\n0 0 1\n0 1 0\n"]) { text in
      _ = try Predictions(text: text, labels: [0, 1, 2, 1], classCount: 3)
      _ = try PredictionsText(text, classCount: 3, classNames: ["a", "b c", "1"], count: 4)
    },
    text(
      "architecture",
      ["smallest", #"{"ks": [3, 5], "e": 4, "d": [2, 3]}"#]
        + spaces.flatMap { [$0.code($0.largest), $0.json($0.smallest)] }
    ) { text in
      for space in spaces {
        guard let architecture = try? space.architecture(text) else { continue }
        // What was read can be written and read again, and is a network.
        for form in [space.code(architecture), space.json(architecture)] {
          let again = try space.architecture(form)
          precondition(again == architecture, form)
        }
        _ = try space.network(architecture)
      }
    },
    text(
      "space",
      spaces.compactMap { try? SpaceDescription($0).configuration }
    ) { text in
      for type in SpaceDescription.knownTypes {
        guard let space = try? SpaceDescription(type: "\(type)", configuration: text).makeSpace()
        else { continue }
        for architecture in [space.smallest, space.largest] { _ = try space.network(architecture) }
      }
    },
    text("CSV", ["a,b\n1,2\n-3.5,1e9\n", "x\n"]) { text in
      let table = try CSVTable(parsing: text)
      for column in table.columns { _ = try table.numbers(column) }
    },
  ]
}

extension SpaceDescription {
  fileprivate init(type: String, configuration: String) throws {
    self = try SpaceDescription(SpaceRegistry.makeSpace(name: "mobilenetv3-small"))
    self.type = type
    self.configuration = configuration
  }
}
