import Decisions
import RandomStreams
import Torch

/// Named CPU tensors: what a checkpoint stores.
public typealias StrategyState = StateDictionary

// Host values in and out of a state. Reading checks type and shape, so that a foreign or damaged
// state is an error and not a different search.
extension StrategyState {
  mutating func set(_ key: String, _ values: [Int]) throws {
    self[key] = try Tensor(values, shape: [values.count])
  }

  mutating func set(_ key: String, _ values: [Double]) throws {
    self[key] = try Tensor(values, shape: [values.count])
  }

  mutating func set(_ key: String, rows: [[Int]], columns: Int) throws {
    self[key] = try Tensor(rows.flatMap { $0 }, shape: [rows.count, columns])
  }

  mutating func set(_ key: String, _ stream: RandomStream) throws {
    try set(key, [Int(truncatingIfNeeded: stream.state)])
  }

  private func values<T: TensorElement>(_ key: String, rank: Int, _ type: T.Type) throws -> [T] {
    guard let tensor = self[key] else {
      throw ControllerError.invalidState(key: key, reason: "is missing")
    }
    guard tensor.rank == rank, tensor.elementType == T.elementType else {
      throw ControllerError.invalidState(
        key: key,
        reason: "is \(tensor.summary) where \(T.elementType) of rank \(rank) belongs"
      )
    }
    return try tensor.array(T.self)
  }

  func integers(_ key: String, count: Int? = nil) throws -> [Int] {
    let values = try values(key, rank: 1, Int.self)
    try check(key, values.count, count)
    return values
  }

  func integer(_ key: String) throws -> Int { try integers(key, count: 1)[0] }

  func reals(_ key: String, count: Int? = nil) throws -> [Double] {
    let values = try values(key, rank: 1, Double.self)
    try check(key, values.count, count)
    return values
  }

  func rows(_ key: String, columns: Int) throws -> [[Int]] {
    let values = try values(key, rank: 2, Int.self)
    try check(key, self[key]?.size(1) ?? 0, columns)
    return (0..<values.count / Swift.max(1, columns)).map {
      Array(values[$0 * columns..<($0 + 1) * columns])
    }
  }

  /// Something that was counted. No search gets as far as the bound.
  func counter(_ key: String) throws -> Int {
    let value = try integer(key)
    guard (0...1 << 48).contains(value) else {
      throw ControllerError.invalidState(key: key, reason: "\(value) is no count")
    }
    return value
  }

  func assignments(_ key: String, of space: DecisionSpace) throws -> [Assignment] {
    try rows(key, columns: space.count).map { try Self.assignment($0[...], of: space, key) }
  }

  /// Everything that asks for or learns from an assignment relies on its being canonical.
  static func assignment(
    _ choices: ArraySlice<Int>,
    of space: DecisionSpace,
    _ key: String
  ) throws -> Assignment {
    let assignment = Assignment(Array(choices))
    guard (try? space.canonical(assignment.choices)) == assignment else {
      throw ControllerError.invalidState(
        key: key,
        reason: "\(assignment.choices) is no assignment of the space '\(space.name)'"
      )
    }
    return assignment
  }

  func stream(_ key: String) throws -> RandomStream {
    RandomStream(state: UInt64(truncatingIfNeeded: try integer(key)))
  }

  private func check(_ key: String, _ found: Int, _ expected: Int?) throws {
    guard let expected, found != expected else { return }
    throw ControllerError.invalidState(
      key: key,
      reason: "holds \(found) values per row where \(expected) belong"
    )
  }
}
