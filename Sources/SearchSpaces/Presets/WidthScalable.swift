/// A configuration of a space all of whose widths can be scaled.
public protocol WidthScalable {
  /// Multiplies the base widths, before rounding.
  var widthMultiplier: Double { get set }
}

extension MobileNetV3Space.Configuration: WidthScalable {}
extension ProxylessNASSpace.Configuration: WidthScalable {}
extension ResNet50Space.Configuration: WidthScalable {}

extension ConfiguredSpace {
  /// The same space with another width multiplier.
  ///
  /// Throws ``SpaceError`` for a multiplier that gives no valid network, or a space without one.
  public func scaled(to widthMultiplier: Double) throws -> Self {
    guard var scaled = configuration as? any WidthScalable else {
      throw SpaceError.invalidConfiguration(
        space: name,
        field: "width multiplier",
        reason: "cannot be set"
      )
    }
    scaled.widthMultiplier = widthMultiplier
    guard let configuration = scaled as? Configuration else { return self }
    return try Self(configuration)
  }
}
