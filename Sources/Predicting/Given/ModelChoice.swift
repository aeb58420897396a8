import AtomicFiles
import Families
import FlipMetrics
import Foundation
import HDF5
import ImageData

/// A model as it is named on the command line: a file, or a member of a family as `family.h5:2`.
package struct ModelChoice: Sendable, Hashable {
  /// As it was given.
  package let text: String
  package let path: String
  /// From 1.
  package let member: Int?

  /// A number behind the last colon is a member, unless a file has all of it as its name.
  package init(_ text: String) {
    self.text = text
    guard access(text, F_OK) != 0, let colon = text.lastIndex(of: ":"),
      let number = Int(text[text.index(after: colon)...]),
      access(String(text[..<colon]), F_OK) == 0
    else {
      (path, member) = (text, nil)
      return
    }
    (path, member) = (String(text[..<colon]), number)
  }

  package init(path: String, member: Int) {
    (text, self.path, self.member) = ("\(path):\(member)", path, member)
  }

  /// The splits and the number of members of a file of ours; nil for any other file.
  ///
  /// Throws `HDF5Error` or `StorageError`.
  package func stored() throws -> (splits: [String], members: Int?)? {
    try GivenPredictions.checkKind(path)
    guard try GivenPredictions.isHDF5(path) else { return nil }
    return try StoredPredictions.content(of: path)
  }

  /// The same with the member that is meant, where the file is a family's.
  ///
  /// Throws ``PredictingError/impossible(_:)`` for a member that does not exist or is not named, and
  /// for one of a file that has none; and what ``stored()`` throws.
  package func resolved() throws -> ModelChoice {
    if let members = try stored()?.members {
      let number = try Self.number(member, members: members, path: path)
      return ModelChoice(path: path, member: number)
    }
    guard member == nil else {
      throw PredictingError.impossible("\(text): \(path) is no family and has no members")
    }
    return self
  }

  private static func number(_ number: Int?, members: Int, path: String) throws -> Int {
    do {
      return try MemberClassifier.number(number, members: members, path: path)
    } catch PredictingError.impossible(let text) {
      throw PredictingError.impossible("\(text), as \(path):1")
    }
  }
}
