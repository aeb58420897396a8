import Controller
import Decisions
import Foundation
import RandomStreams
import Testing

/// The example of the documentation, run as it stands there.
@Suite struct DocumentationExampleTests {
  @Test func theFirstSearchFindsTheBestRucksack() throws {
    // example begin
    let space = try DecisionSpace(
      name: "rucksack",
      decisions: [
        Decision("shelter", choices: ["tarp", "tent"]),
        Decision("stove", choices: ["none", "gas", "petrol"]),
        Decision(
          "fuel",
          choices: ["small", "large"],
          conditions: [.init(decision: 1, in: ChoiceSet([1, 2]))]
        ),
        Decision("bag", choices: ["summer", "autumn", "winter"]),
        Decision("food", choices: ["2 days", "4 days", "6 days"]),
        Decision("jacket", choices: ["none", "wind", "rain"]),
        Decision("camera", choices: ["none", "compact", "reflex"]),
        Decision("books", choices: ["0", "1", "2"]),
      ]
    )

    // Grams. The fuel's term spans the stove too, and vanishes without one.
    let weight = CostTable(
      name: "weight [g]",
      constant: 1500,
      terms: [
        .init(scope: [0], values: [600, 2100]),
        .init(scope: [1, 2], values: [0, 0, 350, 550, 700, 1000]),
        .init(scope: [3], values: [600, 1000, 1700]),
        .init(scope: [4], values: [1400, 2800, 4200]),
        .init(scope: [5], values: [0, 150, 400]),
        .init(scope: [6], values: [0, 300, 1100]),
        .init(scope: [7], values: [0, 250, 500]),
      ]
    )
    let feasible = try FeasibleSet(space, budgets: [.init(weight, limit: 8000)])

    // A tent helps most with a thin bag; a stove is worth its weight when there is much to cook.
    func comfort(_ packed: Assignment) -> Double {
      let (shelter, stove, fuel) = (packed[0], packed[1], packed[2])
      let (bag, food) = (packed[3], packed[4])
      let warmth = [[1.0, 3, 5], [4, 5, 6]][shelter][bag] + [0, 0.5, 1.5][packed[5]]
      let leisure = [0, 0.8, 1.5][packed[6]] + [0, 0.7, 0.9][packed[7]]
      let cooking = stove == 0 ? 0 : Double(food) * [0, 1, 1.2][stove] + Double(fuel) * 0.5
      return warmth + leisure + 2 * Double(food) + cooking
    }

    var strategy = try Reinforce(feasible, stream: RandomStream(seed: 2, name: "rucksack"))
    var cache = RewardCache()
    let trace = try SearchDriver(evaluations: 200).run(&strategy, cache: &cache) {
      comfort($0.assignment)
    }
    if let best = strategy.best {
      print(best.reward, space.description(of: best.proposal.assignment))
      // 11.0 shelter=tarp, stove=gas, fuel=small, bag=winter, food=4 days, jacket=rain, ...
    }
    // example end
    let members = feasible.members()
    let best = try #require(strategy.best)
    #expect(members.count == 1137)
    #expect(best.reward == members.map(comfort).max())
    #expect(trace.evaluations.count <= 200)
    let printed = "\(best.reward) \(space.description(of: best.proposal.assignment))"
    #expect(try Self.article().contains("// \(printed.prefix(60))"))

    let proposals = try strategy.ask(strategy.rolloutSize)
    let metrics = try strategy.tell(
      proposals.map { Outcome($0, reward: comfort($0.assignment)) }
    )
    #expect(metrics["policy/entropy"] != nil)
  }

  @Test func theArticleShowsWhatIsTested() throws {
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    let begin = try #require(lines.firstIndex { $0 == "    // example begin" })
    let end = try #require(lines.firstIndex { $0 == "    // example end" })
    let example = lines[begin + 1..<end].map { $0.dropFirst(4) }.joined(separator: "\n")
    #expect(try Self.article().contains("```swift\n\(example)\n```"))
  }

  private static func article() throws -> String {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Controller/Controller.docc/Controller.md")
    return try String(contentsOf: url, encoding: .utf8)
  }
}
