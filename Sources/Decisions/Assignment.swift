/// A choice for every decision of a space, in the space's order.
///
/// An assignment is *canonical* when every inactive decision holds `Assignment.inactive` and every
/// active one a valid choice; then equal things compare and hash equal. Spaces make canonical
/// assignments (`DecisionSpace.canonical`), and strategies only ever handle canonical ones.
public struct Assignment: Sendable, Hashable, Codable {
  public static let inactive = -1

  /// Index of the choice per decision, or `inactive`.
  public var choices: [Int]

  public init(_ choices: [Int]) { self.choices = choices }

  public subscript(decision: Int) -> Int {
    get { choices[decision] }
    set { choices[decision] = newValue }
  }
  public var count: Int { choices.count }
}
