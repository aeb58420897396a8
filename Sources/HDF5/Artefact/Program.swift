/// What files say made them.
public enum Program {
  public static let version = "0.1.0"
  public static let identity = "regnas \(version)"
}
