import Configuration
import Controller
import Evaluation
import Networks
import RandomStreams
import Runs
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

extension MemberTask {
  struct Choice {
    var architecture: Architecture
    var measurement: Reward.Measurement
  }

  /// Chooses the member: the best of what the trained controller samples and of all it has seen.
  ///
  /// Candidates are ranked by their reward on the reward images; the best few are measured again on
  /// the whole search split, since the best of many noisy measurements is partly luck, and the one
  /// with the greatest reward there is chosen. Among equals the cheapest, then the first in
  /// lexicographic order. Where `search.minimumGain` demands a gain in accuracy over the member before,
  /// those that have it come first, and the most accurate where none does.
  func choose(
    from strategy: any SearchStrategy,
    seen: [Architecture],
    settings: FamilySettings
  ) throws -> Choice {
    let feasible = try feasibleSet()
    let candidates = try finalSamples(settings, from: strategy).union(seen)
    let title = "choosing member \(index + 1)"
    let distinct = candidates.filter(feasible.contains).sorted {
      $0.choices.lexicographicallyPrecedes($1.choices)
    }
    let quick = try rank(
      distinct,
      on: context.setting.images.reward,
      precision: context.configuration.search.precision,
      title: title
    )
    let worthwhile = try worthwhile(
      quick,
      on: context.setting.images.reward,
      precision: context.configuration.search.precision
    ).choices
    let thorough = try rank(
      worthwhile.prefix(settings.finalists).map(\.architecture),
      on: context.setting.images.search,
      precision: .float32,
      title: title + ", finalists"
    )
    let (choices, gain) = try self.worthwhile(
      thorough,
      on: context.setting.images.search,
      precision: .float32
    )
    guard let best = choices.first else {
      throw RunError.unfinished("there is no candidate for member \(index + 1)")
    }
    if let gain, gain < context.configuration.search.minimumGain {
      context.reporter.note(
        "warning: no candidate for member \(index + 1) is more accurate than member \(index) by "
          + "search.minimumGain=\(context.configuration.search.minimumGain); the best gains "
          + "\(fourDecimals(gain)) on the search split: a larger budget, or fewer members"
      )
    }
    return best
  }

  /// What the controller samples, drawn a thousand at a time: in between the work may be stopped.
  private func finalSamples(
    _ settings: FamilySettings,
    from strategy: any SearchStrategy
  ) throws -> Set<Architecture> {
    var samples: Set<Architecture> = []
    for start in stride(from: 0, to: settings.samples, by: 1000) {
      let part = start == 0 ? "" : ".\(start)"
      let stream = RandomStream(seed: settings.seed, name: "family.\(index)" + part)
      let count = min(1000, settings.samples - start)
      samples.formUnion(try strategy.finalSamples(count, stream: stream))
      try context.pause()
    }
    return samples
  }

  /// Those of ranked candidates that gain what `search.minimumGain` demands over the member before, in
  /// their order; where none does all, the greatest gain first. With the gain of the first; nil where
  /// nothing is demanded.
  private func worthwhile(
    _ ranked: [Choice],
    on set: ImageSet,
    precision: ComputePrecision
  ) throws -> (choices: [Choice], gain: Double?) {
    let demanded = context.configuration.search.minimumGain
    guard demanded > 0, let last = smaller.last else { return (ranked, nil) }
    let before = try supernet.predictor(precision).predictions(of: last, on: set).accuracy
    func gain(_ choice: Choice) -> Double { choice.measurement.accuracy - before }
    var choices = ranked.filter { gain($0) >= demanded }
    if choices.isEmpty {
      choices = ranked.enumerated().sorted {
        (-gain($0.element), $0.offset) < (-gain($1.element), $1.offset)
      }.map(\.element)
    }
    return (choices, choices.first.map(gain))
  }

  private func rank(
    _ candidates: [Architecture],
    on set: ImageSet,
    precision: ComputePrecision,
    title: String
  ) throws -> [Choice] {
    let measurements = try measure(
      candidates,
      on: set,
      against: references(on: set, precision: precision),
      precision: precision
    ) { done in
      context.reporter.progress(
        title,
        done: done,
        total: candidates.count,
        unit: "architectures",
        detail: ""
      )
    }
    context.reporter.endProgress()
    // A stable sort over candidates in lexicographic order.
    let choices = zip(candidates, measurements).map {
      Choice(architecture: $0, measurement: $1)
    }
    return choices.enumerated().sorted { first, second in
      let (a, b) = (first.element, second.element)
      if a.measurement.reward != b.measurement.reward {
        return a.measurement.reward > b.measurement.reward
      }
      return (cost(of: a.architecture), first.offset) < (cost(of: b.architecture), second.offset)
    }.map(\.element)
  }
}
