import Controller
import Decisions
import Foundation
import RandomStreams
import Runs
import SearchSpaces
import Torch

@testable import Search

/// States of search strategies inside a checkpoint: what is accepted must be gone on with.
extension Reader {
  private static let strategyNames = ["reinforce", "random", "evolution", "local"]

  private static func strategy(_ name: String) throws -> any SearchStrategy {
    let space = try SpaceRegistry.makeSpace(name: "resnet50-small").decisions
    let set = try FeasibleSet(space)
    let stream = RandomStream(seed: 1, name: name)
    switch name {
    case "reinforce":
      var configuration = Reinforce.Configuration()
      configuration.policy.hiddenSize = 4
      return try Reinforce(set, configuration: configuration, stream: stream)
    case "random": return RandomSearch(set, stream: stream)
    case "evolution":
      return try RegularizedEvolution(
        set,
        configuration: .init(populationSize: 2, tournamentSize: 2),
        stream: stream
      )
    default: return LocalSearch(set, stream: stream)
    }
  }

  private static func goOn(_ strategy: inout any SearchStrategy) throws {
    let outcomes = try strategy.ask(3).enumerated().map {
      Outcome($0.element, reward: 0.1 * Double($0.offset))
    }
    _ = try strategy.tell(outcomes)
    _ = try strategy.ask(2)
  }

  static func strategiesImage() throws -> [UInt8] {
    var checkpoint = Checkpoint()
    checkpoint.texts = ["configuration": ""]
    for name in strategyNames {
      var strategy = try strategy(name)
      try goOn(&strategy)
      checkpoint.set(try strategy.state(), under: name + "/")
    }
    let path = NSTemporaryDirectory() + "regnas-strategies-\(UUID().uuidString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try checkpoint.snapshot().write(to: path)
    return Array(FileManager.default.contents(atPath: path) ?? Data())
  }

  static func readStrategies(_ path: String) throws {
    let checkpoint = try Checkpoint(path: path)
    for name in strategyNames {
      let state = checkpoint.tensors(under: name + "/")
      if state.isEmpty { continue }
      var strategy = try strategy(name)
      try strategy.restore(state)
      try goOn(&strategy)
      _ = try strategy.state()
    }
  }
}
