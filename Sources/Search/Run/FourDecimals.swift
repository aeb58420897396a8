import Foundation

/// For progress lines: `0.1234`.
func fourDecimals(_ value: Double) -> String { String(format: "%.4f", value) }
