/// What files say made them.
package enum Program {
  package static let version = "0.2.0"
  package static let identity = "regnas \(version)"
}
