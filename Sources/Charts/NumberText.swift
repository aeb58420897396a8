/// `1234567` as `1,234,567`.
package func grouped(_ number: Int) -> String {
  let digits = Array(String(number.magnitude))
  let groups = digits.indices.map { index in
    let isBoundary = index > 0 && (digits.count - index) % 3 == 0
    return (isBoundary ? "," : "") + String(digits[index])
  }
  return (number < 0 ? "-" : "") + groups.joined()
}

/// A whole number of any length, by its decimal digits, in four significant ones: `21758655...` as
/// `2.176e19`. Up to four digits stay as they are.
package func scientific(_ digits: String) -> String {
  guard digits.count > 4, let value = Double(digits) else { return digits }
  let exponent = digits.count - 1
  var mantissa = value
  for _ in 0..<exponent { mantissa /= 10 }
  let thousandths = Int((mantissa * 1000).rounded())
  return thousandths >= 10_000
    ? "1.000e\(exponent + 1)"
    : "\(thousandths / 1000).\(String(thousandths % 1000 + 1000).dropFirst())e\(exponent)"
}
