/// What can be wrong with what a supernet is given.
public enum SupernetError: Error, Equatable, CustomStringConvertible {
  /// A state lacks tensors of the network.
  case missingTensors([String])
  /// A state holds tensors that the network does not have.
  case unknownTensors([String])
  case wrongShape(tensor: String, expected: [Int], found: [Int])
  case wrongType(tensor: String, expected: String, found: String)
  case noCalibrationImages
  case wrongImages(expected: String, found: String)
  /// The supernet's weights changed after this subnet was calibrated.
  case staleSubnet(architecture: [Int])
  /// A stored network is of another space, or of the same space configured otherwise.
  case wrongSpace(file: String, found: SpaceDescription, expected: SpaceDescription)
  case unknownSpaceType(type: String, known: [String])
  /// A space that is not a `ConfiguredSpace` cannot be stored.
  case unconfiguredSpace(String)
  case unknownOracle(id: String, ids: [String])
  /// Stored weights hold values that no network has.
  case unusableValues(file: String, tensors: [UnusableValues])

  public var description: String {
    switch self {
    case .missingTensors(let names):
      "the stored network lacks \(Self.list(names)): it is of another space or another "
        + "configuration; use the one it was made with"
    case .unknownTensors(let names):
      "the stored network has \(Self.list(names)), which this space does not: it is of another "
        + "space or another configuration; use the one it was made with"
    case .wrongShape(let tensor, let expected, let found):
      "the stored tensor '\(tensor)' has the shape \(found) and this space needs \(expected): "
        + "check widths, classes and input channels of the configuration"
    case .wrongType(let tensor, let expected, let found):
      "the stored tensor '\(tensor)' holds \(found) and must hold \(expected)"
    case .noCalibrationImages:
      "a subnet cannot be calibrated on no images: give at least one batch of training images"
    case .wrongImages(let expected, let found):
      "the images have the shape \(found); this network takes \(expected)"
    case .staleSubnet(let architecture):
      "the supernet was trained or loaded after the subnet \(architecture) was calibrated, so its "
        + "statistics are those of other weights; calibrate it again"
    case .wrongSpace(let file, let found, let expected):
      "\(file) is of the space '\(found.name)' and '\(expected.name)' was expected"
        + (found.name == expected.name
          ? ": their configurations differ, as in widths or images" : "")
        + "; give the file that was made with this space"
    case .unknownSpaceType(let type, let known):
      "the stored space is a \(type), which is none of \(known.joined(separator: ", ")): pass its "
        + "type where the file is read"
    case .unconfiguredSpace(let name):
      "the space '\(name)' cannot be stored: make its type a ConfiguredSpace"
    case .unusableValues(let file, let tensors):
      "\(file): weights that are no numbers to compute with: "
        + tensors.prefix(3).map { "\($0)" }.joined(separator: ", ")
        + (tensors.count > 3 ? " and \(tensors.count - 3) more" : "")
        + "; a training that diverged leaves such: take weights from before that"
    case .unknownOracle(let id, let ids):
      "there is no published supernet '\(id)'; the ids are \(ids.joined(separator: ", "))"
    }
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
  }
}
