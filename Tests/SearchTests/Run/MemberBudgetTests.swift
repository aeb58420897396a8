import Configuration
import Runs
import Search
import Testing

@Suite struct MemberBudgetTests {
  @Test func budgetsAreCheckedAgainstTheAttainableRange() throws {
    func limits(_ budgets: [Budget]) throws -> [Int] {
      try MemberBudget.resolve(budgets, metric: .macs, cheapest: 100, dearest: 300).map(\.limit)
    }
    #expect(try limits([.fraction(0), .absolute(150), .fraction(1)]) == [100, 150, 300])
    for impossible in [[.absolute(99)], [.absolute(301)], [.absolute(200), .absolute(150)]]
      as [[Budget]]
    {
      #expect(throws: RunError.self) { try limits(impossible) }
    }
    let error = #expect(throws: RunError.self) { try limits([.absolute(5)]) }
    #expect("\(error!)".contains("budgets from 100 to 300 MACs can be met"))
  }
}
