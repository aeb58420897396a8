import Families
import ImageData
import Supernet
import Torch

/// A member of a family, which takes images of its data set's shape and prepares them as for training:
/// normalised as its family says, then resized where resolution is a decision of the space.
package struct MemberClassifier: PixelClassifier {
  /// From 1, the smallest first.
  package let number: Int
  package let member: Family.Member
  /// The code that `regnas space describe --architecture` reads.
  package let architecture: String
  package let images: Family.Images
  package let device: Device
  private let network: StaticNetwork
  private let normalization: Normalization

  /// - Parameters:
  ///   - number: from 1; may be left out for a family of one.
  ///   - path: the family's file, for messages.
  ///
  /// Throws ``PredictingError/impossible(_:)`` for a member that does not exist, and `HDF5Error` for a
  /// family of a version that cannot be rebuilt.
  package init(
    _ number: Int?,
    of family: Family,
    path: String,
    on device: Device = .cpu
  ) throws {
    let number = try Self.number(number, members: family.members.count, path: path)
    self.number = number
    self.device = device
    member = family.members[number - 1]
    architecture = family.report.members[number - 1].architecture
    // Folded, as the run's own evaluator has it: its predictions are the stored ones.
    network = try member.network(on: device).folded()
    guard let images = family.images else {
      throw PredictingError.invalidInput("\(path): it does not say how images are prepared")
    }
    self.images = images
    normalization = try Normalization(
      ImageShape(height: images.height, width: images.width, channels: images.channels.count),
      mean: images.mean,
      deviation: images.deviation
    )
  }

  /// The member that is meant, from 1. Throws ``PredictingError/impossible(_:)``.
  package static func number(_ number: Int?, members: Int, path: String) throws -> Int {
    let counted = "\(path) has \(members) member\(members == 1 ? "" : "s")"
    guard let number = number ?? (members == 1 ? 1 : nil) else {
      throw PredictingError.impossible("\(counted), the smallest first; say which is meant, from 1")
    }
    guard (1...max(1, members)).contains(number) else {
      throw PredictingError.impossible(
        "\(counted), and no member \(number); they are counted from 1"
      )
    }
    return number
  }

  package var shape: ImageShape? {
    ImageShape(height: images.height, width: images.width, channels: images.channels.count)
  }

  package var classCount: Int? { images.classNames.count }

  package func logits(_ bytes: [UInt8], _ shape: ImageShape) throws -> Tensor {
    let pixels = try Tensor(
      channelsLast: normalization(bytes),
      batch: bytes.count / shape.byteCount,
      channels: shape.channels,
      height: shape.height,
      width: shape.width,
      device: device
    )
    return try network.logits(member.prepared(pixels).channelsLast())
  }
}
