import Configuration
import Controller
import Networks
import RandomStreams
import SearchSpaces
import Supernet

/// How members are sampled and chosen.
public struct FamilySettings: Sendable, Equatable {
  /// Architectures sampled from each controller.
  public var samples: Int
  /// How many of the best are measured on the whole search split.
  public var finalists: Int
  public var seed: UInt64

  public init(samples: Int, finalists: Int, seed: UInt64) {
    self.samples = samples
    self.finalists = finalists
    self.seed = seed
  }

  public init(_ configuration: RunConfiguration) {
    self.init(
      samples: configuration.family.samples,
      finalists: configuration.family.finalists,
      seed: configuration.seed
    )
  }
}

extension SearchRun {
  struct Choice {
    var architecture: Architecture
    var measurement: Reward.Measurement
  }

  /// Chooses a member: the best of what the trained controller samples and of all it has seen.
  ///
  /// Candidates are ranked by their reward on the reward images; the best few are measured again on
  /// the whole search split, since the best of many noisy measurements is partly luck, and the one
  /// with the greatest reward there is chosen. Among equals the cheapest, then the first in
  /// lexicographic order.
  func choose(
    _ member: Int,
    containing smaller: [Architecture],
    strategy: inout any SearchStrategy,
    settings: FamilySettings
  ) throws -> Choice {
    let feasible = try feasible(member, containing: smaller)
    let stream = RandomStream(seed: settings.seed, name: "family.\(member)")
    var candidates = try strategy.finalSamples(settings.samples, random: stream)
    candidates += members.history.filter { $0.member == member }.map(\.architecture)
    candidates = Set(candidates).filter(feasible.contains).sorted {
      $0.choices.lexicographicallyPrecedes($1.choices)
    }
    let title = "choosing member \(member + 1)"
    let quick = try rank(
      candidates,
      on: setting.images.reward,
      smaller,
      precision: configuration.search.precision,
      title: title
    )
    let finalists = quick.prefix(settings.finalists).map(\.architecture)
    let thorough = try rank(
      finalists,
      on: setting.images.search,
      smaller,
      precision: .float32,
      title: title + ", finalists"
    )
    guard let best = thorough.first else {
      throw RunError.unfinished("there is no candidate for member \(member + 1)")
    }
    return best
  }

  private func rank(
    _ candidates: [Architecture],
    on set: ImageSet,
    _ smaller: [Architecture],
    precision: ComputePrecision,
    title: String
  ) throws -> [Choice] {
    let references = try references(smaller, on: set, precision: precision)
    let measurements = try measure(
      candidates,
      as: smaller.count,
      on: set,
      against: references,
      precision: precision
    ) { done in
      services.reporter.progress(
        title,
        done: done,
        total: candidates.count,
        unit: "architectures",
        detail: ""
      )
    }
    services.reporter.endProgress()
    func cost(_ choice: Choice) -> Int {
      setting.costs.cost(of: choice.architecture, in: setting.space.decisions)
    }
    // A stable sort over candidates in lexicographic order.
    let choices = zip(candidates, measurements).map {
      Choice(architecture: $0, measurement: $1)
    }
    return choices.enumerated().sorted { first, second in
      let (a, b) = (first.element, second.element)
      if a.measurement.reward != b.measurement.reward {
        return a.measurement.reward > b.measurement.reward
      }
      return (cost(a), first.offset) < (cost(b), second.offset)
    }.map(\.element)
  }
}
