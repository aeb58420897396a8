import Controller
import Decisions
import Foundation
import RandomStreams
import Statistics
import Testing

@Suite struct SurrogateTests {
  private func table() throws -> SurrogateTable {
    let set = try Small.set(budget: nil, restricted: false)
    let weights: [[Double]] = [[0, 1, 2], [0, 3], [0, 1, 4], [0, 2, 1], [0, 1, 2, 5]]
    return try SurrogateTable(
      space: set.space,
      measurements: set.members().map { member in
        let parts = zip(weights, member.choices).map { $1 < 0 ? 0 : $0[$1] }
        return (member, parts.reduce(0, +) + parts[0] * parts[1])
      }
    )
  }

  @Test func heldOutValuesAreRankedWell() throws {
    var stream = stream(1)
    let parts = try table().split(heldOut: 0.3, using: &stream)
    let model = try SurrogateModel(parts.training, lengthScale: 4, ridge: 1e-3)
    let quality = try #require(model.quality(on: parts.heldOut))
    #expect(quality.kendall > 0.9)
    #expect(quality.count == parts.heldOut.count)
  }

  /// With next to no ridge, the kernel's exact solution passes through the data.
  @Test func trainingValuesAreInterpolated() throws {
    let table = try table()
    let model = try SurrogateModel(table, lengthScale: 4, ridge: 1e-9)
    for (assignment, value) in zip(table.assignments, table.values) {
      #expect(abs(model.predict(assignment) - value) < 1e-4)
    }
  }

  @Test func splitsAreDisjointAndRepeatable() throws {
    var (first, second) = (stream(1), stream(1))
    let table = try table()
    let parts = table.split(heldOut: 0.25, using: &first)
    #expect(parts.heldOut.count == Int((Double(table.count) * 0.25).rounded()))
    #expect(Set(parts.training.assignments).isDisjoint(with: parts.heldOut.assignments))
    #expect(parts.training.count + parts.heldOut.count == table.count)
    #expect(parts.heldOut.values == table.split(heldOut: 0.25, using: &second).heldOut.values)
  }

  @Test func repeatedMeasurementsAreOneEntry() throws {
    let space = try Small.space()
    let table = try SurrogateTable(
      space: space,
      measurements: [
        (Assignment([0, 0, 1, 1, 0]), 1), (Assignment([1, 0, 0, -1, 0]), 7),
        (Assignment([0, 0, 2, -1, 0]), 2),
      ]
    )
    #expect(table.assignments.map(\.choices) == [[0, 0, -1, -1, 0], [1, 0, 0, -1, 0]])
    #expect(table.values == [1.5, 7])
    #expect(throws: ControllerError.self) {
      try SurrogateTable(space: space, measurements: [(Assignment([0, 0, 0, 0, 0]), .nan)])
    }
    #expect(throws: ControllerError.self) {
      try SurrogateModel(SurrogateTable(space: space, measurements: []))
    }
  }

  @Test func tablesAreReadByColumn() throws {
    let table = try CSVTable(parsing: "name,value\r\na,1.5\nb,2\n\n")
    #expect(try table.column("name") == ["a", "b"])
    #expect(try table.numbers("value") == [1.5, 2])
    #expect(throws: ControllerError.self) { try table.column("size") }
    #expect(
      throws: ControllerError.invalidTable(
        line: 2,
        reason: "has 1 fields where the header names 2"
      )
    ) { try CSVTable(parsing: "a,b\n1\n") }
    #expect(
      throws: ControllerError.invalidTable(line: 3, reason: "'x' in column 'a' is not a number")
    ) { try CSVTable(parsing: "a\n1\nx\n").numbers("a") }
  }
}
