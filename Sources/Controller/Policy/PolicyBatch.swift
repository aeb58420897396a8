import Decisions
import Torch

/// Finished sequences as the policy reads them: per decision and sequence the token that goes in,
/// whether the decision is active, what it may choose and what was chosen. Lists run over decisions,
/// and within a decision over sequences.
struct PolicyBatch {
  let size: Int
  /// Row of the embedding table: the last choice made before this decision, 0 for none.
  private(set) var tokens: [Int] = []
  private(set) var isActive: [Bool] = []
  /// 0 where inactive.
  private(set) var choices: [Int] = []
  /// True for every choice that the masks forbid; nothing is forbidden where inactive.
  private(set) var isMasked: [Bool] = []
  /// `[size, conditioning]`
  let conditioning: [Double]

  /// Throws ``ControllerError/infeasible(assignment:)`` for an assignment outside its task's set.
  init(_ sequences: [(assignment: Assignment, task: SearchTask)], vocabulary: Vocabulary) throws {
    for (assignment, task) in sequences {
      try vocabulary.space.requireSame(task.set.space)
      guard assignment.count == vocabulary.space.count else {
        throw DecisionError.wrongLength(
          space: vocabulary.space.name,
          expected: vocabulary.space.count,
          found: assignment.count
        )
      }
    }
    size = sequences.count
    conditioning = sequences.flatMap(\.task.conditioning)
    var cursors = sequences.map { $0.task.set.cursor() }
    var last = [Int](repeating: 0, count: size)
    let places = vocabulary.space.count * size
    tokens.reserveCapacity(places)
    choices.reserveCapacity(places)
    isActive.reserveCapacity(places)
    isMasked.reserveCapacity(places * vocabulary.widest)
    for decision in vocabulary.space.decisions.indices {
      for index in 0..<size {
        tokens.append(last[index])
        let choice = sequences[index].assignment[decision]
        guard cursors[index].nextDecision == decision else {
          guard choice == Assignment.inactive else { throw infeasible(sequences[index]) }
          isActive.append(false)
          choices.append(0)
          for _ in 0..<vocabulary.widest { isMasked.append(false) }
          continue
        }
        let permitted = cursors[index].permitted
        guard permitted.contains(choice: choice) else { throw infeasible(sequences[index]) }
        isActive.append(true)
        choices.append(choice)
        for other in 0..<vocabulary.widest { isMasked.append(!permitted.contains(choice: other)) }
        last[index] = vocabulary.token(decision: decision, choice: choice)
        cursors[index].choose(choice)
      }
    }
  }
}

private func infeasible(_ sequence: (assignment: Assignment, task: SearchTask)) -> ControllerError {
  .infeasible(assignment: sequence.task.set.space.description(of: sequence.assignment))
}

extension DecisionSpace {
  /// Throws when a task is over another space than the policy.
  func requireSame(_ other: DecisionSpace) throws(ControllerError) {
    guard self == other else {
      throw .invalidConfiguration(
        name: "a task over the space '\(other.name)'",
        reason: "was given to a policy over the space '\(name)'; they must be the same"
      )
    }
  }
}

/// Numbers the choices of a space: every choice of every decision is a token of its own, after the
/// start token 0.
struct Vocabulary: Sendable {
  let space: DecisionSpace
  /// The greatest number of choices of a decision.
  let widest: Int
  let count: Int
  private let offsets: [Int]

  init(_ space: DecisionSpace) {
    self.space = space
    widest = space.decisions.map(\.choices.count).max() ?? 1
    var offsets: [Int] = []
    var next = 1
    for decision in space.decisions {
      offsets.append(next)
      next += decision.choices.count
    }
    self.offsets = offsets
    count = next
  }

  func token(decision: Int, choice: Int) -> Int { offsets[decision] + choice }
}
