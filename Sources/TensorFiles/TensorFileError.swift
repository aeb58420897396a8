/// Elements that a tensor in a file cannot have.
public struct TensorFileError: Error, Equatable, CustomStringConvertible {
  /// The tensor's name.
  public var tensor: String
  /// Its element type.
  public var found: String

  public var description: String {
    "the stored tensor '\(tensor)' holds \(found) and must hold float32, float64, int64, int32 or "
      + "uint8"
  }
}
