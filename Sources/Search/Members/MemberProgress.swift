import Controller
import Evaluation
import Networks
import Runs
import SearchSpaces
import Torch

/// How far the search for members has come.
package struct MemberProgress {
  /// Chosen so far, smallest first.
  package var chosen: [Architecture] = []
  /// The controllers that chose them, as their states.
  package var controllers: [[String: Tensor]] = []
  /// Policy updates made for the member under way.
  package var update = 0
  /// State of the strategy under way as it was before the present rollout.
  package var strategy: [String: Tensor]?
  package var history: [HistoryEntry] = []

  package init() {}

  /// Architectures that the controller of a member has seen.
  func seen(by member: Int) -> [Architecture] { history.architectures(of: member) }

  /// A controller has learned from a rollout; `strategy` is its state.
  mutating func finishUpdate(
    of member: Int,
    _ evaluated: [(architecture: Architecture, measurement: Reward.Measurement)],
    strategy: [String: Tensor]
  ) {
    history += evaluated.map { architecture, measurement in
      HistoryEntry(
        member: member,
        update: update,
        architecture: architecture,
        reward: measurement.reward,
        accuracy: measurement.accuracy,
        negativeFlipRate: measurement.negativeFlipRates.max() ?? 0
      )
    }
    update += 1
    self.strategy = strategy
  }

  mutating func finishMember(_ chosen: Architecture, controller: [String: Tensor]) {
    self.chosen.append(chosen)
    controllers.append(controller)
    update = 0
    strategy = nil
  }

  /// One evaluation that a strategy learned from.
  package struct HistoryEntry {
    package var member: Int
    package var update: Int
    package var architecture: Architecture
    package var reward: Double
    package var accuracy: Double
    /// The greatest of those against the references.
    package var negativeFlipRate: Double
  }
}

extension [MemberProgress.HistoryEntry] {
  func architectures(of member: Int) -> [Architecture] {
    filter { $0.member == member }.map(\.architecture)
  }
}

extension MemberProgress {
  package func state() throws -> [String: Tensor] {
    let width = history.first?.architecture.count ?? chosen.first?.count ?? 0
    var result: [String: Tensor] = [
      "update": try Tensor(Int64(update)),
      "chosen": try Tensor(
        chosen.flatMap { $0.choices.map(Int32.init) },
        shape: [chosen.count, width]
      ),
      "history/member": try Tensor(history.map { Int64($0.member) }, shape: [history.count]),
      "history/update": try Tensor(history.map { Int64($0.update) }, shape: [history.count]),
      "history/architecture": try Tensor(
        history.flatMap { $0.architecture.choices.map(Int32.init) },
        shape: [history.count, width]
      ),
      "history/reward": try Tensor(history.map(\.reward), shape: [history.count]),
      "history/accuracy": try Tensor(history.map(\.accuracy), shape: [history.count]),
      "history/negative-flip-rate": try Tensor(
        history.map(\.negativeFlipRate),
        shape: [history.count]
      ),
    ]
    for (member, controller) in controllers.enumerated() {
      result.set(controller, under: "controllers/\(member)/")
    }
    result.set(strategy ?? [:], under: "strategy/")
    return result
  }

  package init(restoring checkpoint: Checkpoint, under prefix: String) throws {
    func values<T: TensorElement>(_ name: String, _ type: T.Type) throws -> [T] {
      guard let tensor = checkpoint.tensors[prefix + name] else {
        throw RunError.mismatch(what: "another program", differences: ["it lacks '\(name)'"])
      }
      return try tensor.array(type)
    }
    func architectures(_ name: String) throws -> [Architecture] {
      let choices = try values(name, Int32.self).map(Int.init)
      let shape = checkpoint.tensors[prefix + name]?.shape ?? []
      guard shape.count == 2 else {
        throw RunError.mismatch(
          what: "another program",
          differences: ["'\(name)' is not a table of architectures"]
        )
      }
      return (0..<shape[0]).map {
        Architecture(Array(choices[$0 * shape[1]..<($0 + 1) * shape[1]]))
      }
    }
    update = Int(try values("update", Int64.self).first ?? 0)
    chosen = try architectures("chosen")
    let member = try values("history/member", Int64.self)
    let updates = try values("history/update", Int64.self)
    let reward = try values("history/reward", Double.self)
    let accuracy = try values("history/accuracy", Double.self)
    let rate = try values("history/negative-flip-rate", Double.self)
    let tried = try architectures("history/architecture")
    guard
      [updates.count, reward.count, accuracy.count, rate.count, tried.count]
        .allSatisfy({ $0 == member.count })
    else {
      throw RunError.mismatch(
        what: "another program",
        differences: ["the columns of its history differ in length"]
      )
    }
    history = tried.indices.map {
      HistoryEntry(
        member: Int(member[$0]),
        update: Int(updates[$0]),
        architecture: tried[$0],
        reward: reward[$0],
        accuracy: accuracy[$0],
        negativeFlipRate: rate[$0]
      )
    }
    controllers = chosen.indices.map {
      checkpoint.tensors(under: prefix + "controllers/\($0)/")
    }
    let strategy = checkpoint.tensors(under: prefix + "strategy/")
    self.strategy = strategy.isEmpty ? nil : strategy
  }
}
