/// Columns padded to their widest cell, two spaces apart.
struct TextTable {
  var header: [String]
  var rows: [[String]]
  /// Columns of numbers.
  var rightAligned: Set<Int>

  var lines: [String] {
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    return ([header] + rows).map { row in
      let cells = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return rightAligned.contains(column) ? padding + row[column] : row[column] + padding
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}

/// `1234567` as `1,234,567`.
func grouped(_ number: Int) -> String {
  let digits = Array(String(number.magnitude))
  let groups = digits.indices.map { index in
    let isBoundary = index > 0 && (digits.count - index) % 3 == 0
    return (isBoundary ? "," : "") + String(digits[index])
  }
  return (number < 0 ? "-" : "") + groups.joined()
}
