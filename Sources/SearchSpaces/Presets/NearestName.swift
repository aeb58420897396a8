/// The name that a misspelt one most likely meant: the one with the fewest inserted, deleted
/// or replaced characters, unless more than half of it would have to change.
package func nearestName(to misspelt: String, among names: [String]) -> String? {
  let best = names.map { (name: $0, distance: editDistance($0, misspelt)) }
    .min { $0.distance < $1.distance }
  guard let best, best.distance <= max(1, best.name.count / 2) else { return nil }
  return best.name
}

/// Levenshtein's distance.
private func editDistance(_ first: String, _ second: String) -> Int {
  let second = Array(second)
  var row = Array(0...second.count)
  for (index, character) in first.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for column in second.indices {
      let replaced = diagonal + (character == second[column] ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
    }
  }
  return row[second.count]
}
