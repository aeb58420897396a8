/// What folders and arrays such as `train`, `Validation` and `x_test` hold, by their names.
package enum SplitRole: Hashable, Sendable {
  case train
  case validation
  case test
  /// Held out, but as which of the two only the others tell.
  case heldOut

  private static let words: [String: SplitRole] = [
    "train": .train, "training": .train,
    "val": .validation, "valid": .validation, "validation": .validation, "validate": .validation,
    "dev": .validation,
    "test": .test, "testing": .test, "tests": .test,
    "eval": .heldOut, "evaluation": .heldOut, "holdout": .heldOut,
  ]
  /// Words beside one of these that change nothing: `training_set`, `test-images`.
  private static let fillers: Set = [
    "set", "data", "dataset", "image", "images", "imgs", "picture", "pictures", "photos", "split",
    "folder",
  ]

  /// A name that is nothing but one of these words, in any capitals.
  package init?(_ name: String) {
    let words = Self.split(name).filter { !Self.fillers.contains($0) }
    guard words.count == 1, let role = words.first.flatMap(Self.role) else { return nil }
    self = role
  }

  /// A name that begins or ends with one of these words: `seg_train`.
  package init?(loosely name: String) {
    let words = Self.split(name).filter { !Self.fillers.contains($0) }
    guard let role = words.last.flatMap(Self.role) ?? words.first.flatMap(Self.role) else {
      return nil
    }
    self = role
  }

  /// The role and what else the name says, so that `x_train` and `val/x` say the same beside it; no
  /// role where no word or more than one has one.
  package static func parted(_ name: String) -> (role: SplitRole?, rest: [String]) {
    let words = split(name)
    let roles = words.compactMap(role)
    guard roles.count == 1 else { return (nil, words) }
    return (roles[0], words.filter { role($0) == nil })
  }

  private static func split(_ name: String) -> [String] {
    name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  /// Also `trainset` and `testdata`.
  private static func role(_ word: String) -> SplitRole? {
    if let role = words[word] { return role }
    for filler in ["set", "data"] where word.hasSuffix(filler) {
      if let role = words[String(word.dropLast(filler.count))] { return role }
    }
    return nil
  }
}
