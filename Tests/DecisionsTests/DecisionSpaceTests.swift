import Decisions
import Testing

@Suite struct DecisionSpaceTests {
  @Test func inactiveDecisionsAreNormalised() throws {
    let space = try DecisionSpace(
      name: "s",
      decisions: [
        Decision("depth", choices: ["1", "2"]),
        Decision("kernel1", choices: ["3", "5"]),
        Decision(
          "kernel2",
          choices: ["3", "5"],
          conditions: [.init(decision: 0, in: ChoiceSet([1]))]
        ),
      ]
    )
    #expect(try space.canonical([0, 1, 0]) == space.canonical([0, 1, 1]))
    #expect(try space.canonical([0, 1, 7]).choices == [0, 1, -1])
    #expect(try space.canonical([1, 1, 0]) != space.canonical([1, 1, 1]))
    #expect(space.assignmentCount == 2 + 4)
    #expect(throws: DecisionError.wrongLength(space: "s", expected: 3, found: 2)) {
      try space.canonical([0, 1])
    }
    #expect(
      throws: DecisionError.invalidChoice(decision: "kernel1", choice: "2", choices: ["3", "5"])
    ) { try space.canonical([1, 2, 0]) }
  }

  @Test func invalidSpacesAreRefused() {
    func decide(_ decisions: Decision...) throws {
      _ = try DecisionSpace(name: "s", decisions: decisions)
    }
    #expect(throws: DecisionError.self) { try decide(Decision("a", choices: [])) }
    #expect(throws: DecisionError.self) {
      try decide(Decision("a", choices: ["1"]), Decision("a", choices: ["1"]))
    }
    #expect(throws: DecisionError.self) {
      try decide(
        Decision("a", choices: ["1"], conditions: [.init(decision: 0, in: ChoiceSet([0]))])
      )
    }
    #expect(throws: DecisionError.self) {
      try decide(
        Decision("a", choices: ["1"]),
        Decision("b", choices: ["1"], conditions: [.init(decision: 0, in: ChoiceSet([1]))])
      )
    }
  }

  @Test func hugeSpacesAreCountedExactly() throws {
    // Five stages of depth 2, 3 or 4; nine networks per block: (9^2 + 9^3 + 9^4)^5.
    var decisions: [Decision] = []
    for stage in 0..<5 {
      let depth = decisions.count
      decisions.append(Decision("s\(stage).depth", choices: ["2", "3", "4"]))
      for block in 0..<4 {
        let conditions =
          block < 2
          ? [] : [Decision.Condition(decision: depth, in: .atLeast(block - 1, of: 3))]
        for kind in ["kernel", "expand"] {
          decisions.append(
            Decision(
              "s\(stage).b\(block).\(kind)",
              choices: ["3", "5", "7"],
              conditions: conditions
            )
          )
        }
      }
    }
    let space = try DecisionSpace(name: "mbv3", decisions: decisions)
    #expect(space.assignmentCount == (0..<5).reduce(1 as UInt128) { value, _ in value * 7371 })
  }
}
