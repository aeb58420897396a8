import Decisions
import RandomStreams

/// Assignments with a measured value each: what a surrogate learns from.
///
/// Entries are distinct. An assignment measured several times enters once, with the mean, so that
/// no assignment can be in the training and in the held-out part.
public struct SurrogateTable: Sendable {
  public let space: DecisionSpace
  public private(set) var assignments: [Assignment] = []
  public private(set) var values: [Double] = []

  /// In order of first occurrence. Throws ``ControllerError/rewardNotFinite(reward:assignment:)``.
  public init(
    space: DecisionSpace,
    measurements: some Sequence<(assignment: Assignment, value: Double)>
  ) throws {
    self.space = space
    var index: [Assignment: Int] = [:]
    var counts: [Double] = []
    for (assignment, value) in measurements {
      let assignment = try space.canonical(assignment.choices)
      guard value.isFinite else {
        throw ControllerError.rewardNotFinite(
          reward: "\(value)",
          assignment: space.description(of: assignment)
        )
      }
      if let known = index[assignment] {
        counts[known] += 1
        values[known] += (value - values[known]) / counts[known]
      } else {
        index[assignment] = values.count
        assignments.append(assignment)
        values.append(value)
        counts.append(1)
      }
    }
  }

  private init(space: DecisionSpace, assignments: [Assignment], values: [Double]) {
    self.space = space
    self.assignments = assignments
    self.values = values
  }

  public var count: Int { values.count }

  /// Two disjoint parts of random entries; `heldOut` is the fraction in the second.
  public func split(heldOut: Double, using stream: inout RandomStream) -> (
    training: SurrogateTable, heldOut: SurrogateTable
  ) {
    let order = stream.permutation(of: count)
    let boundary = count - Int((Double(count) * min(1, max(0, heldOut))).rounded())
    func part(_ indices: ArraySlice<Int>) -> SurrogateTable {
      let indices = indices.sorted()
      return SurrogateTable(
        space: space,
        assignments: indices.map { assignments[$0] },
        values: indices.map { values[$0] }
      )
    }
    return (part(order[..<boundary]), part(order[boundary...]))
  }
}

/// A text table with a header line, as comma-separated files hold it. Quoting is not supported.
public struct CSVTable: Sendable {
  public let columns: [String]
  public let rows: [[String]]

  /// Throws ``ControllerError/invalidTable(line:reason:)`` when a row has another number of fields.
  public init(parsing text: String) throws {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    columns = lines.first.map { $0.split(separator: ",").map(String.init) } ?? []
    var rows: [[String]] = []
    for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == columns.count else {
        throw ControllerError.invalidTable(
          line: index + 1,
          reason: "has \(fields.count) fields where the header names \(columns.count)"
        )
      }
      rows.append(fields)
    }
    self.rows = rows
  }

  /// All fields of a column. Throws ``ControllerError/invalidTable(line:reason:)`` for an unknown one.
  public func column(_ name: String) throws -> [String] {
    guard let index = columns.firstIndex(of: name) else {
      throw ControllerError.invalidTable(
        line: 1,
        reason: "has no column '\(name)'; its columns are \(columns.joined(separator: ", "))"
      )
    }
    return rows.map { $0[index] }
  }

  /// All fields of a column as numbers.
  public func numbers(_ name: String) throws -> [Double] {
    try column(name).enumerated().map { index, field in
      guard let value = Double(field) else {
        throw ControllerError.invalidTable(
          line: index + 2,
          reason: "'\(field)' in column '\(name)' is not a number"
        )
      }
      return value
    }
  }
}
