import Foundation
import Networks
import SearchSpaces
import Torch

/// One entry of the oracle file: an architecture of a published supernet, its costs, and the logits
/// of the deterministically filled network (``OracleFill``). Keys as in the file.
package struct OracleEntry: Codable, Sendable {
  package var config: OFAConfiguration
  package var parameters: Int
  package var stateDictEntries: Int
  /// Keys are image sizes in pixels.
  package var macsByResolution: [String: Int]
  package var storedStatistics: Stored?
  package var calibrated: Calibrated?

  enum CodingKeys: String, CodingKey {
    case config, parameters, calibrated
    case stateDictEntries = "state_dict_entries"
    case macsByResolution = "macs_by_resolution"
    case storedStatistics = "stored_statistics"
  }

  /// With the running statistics of the fill.
  package struct Stored: Codable, Sendable {
    package var logitsImage0First5: [Float]
    package var argmaxImage0: Int

    enum CodingKeys: String, CodingKey {
      case logitsImage0First5 = "logits_image0_first5"
      case argmaxImage0 = "argmax_image0"
    }
  }

  /// Calibrated on images 0 to 2 as one batch and image 3 as another.
  package struct Calibrated: Codable, Sendable {
    package var logitsFirst5Images0And3: [[Float]]
    package var argmaxAllImages: [Int]
    /// Unbiased, over all logits of all images.
    package var logitsStd: Double
    /// Of the first and the last batch norm, by static name.
    package var runningStatisticsFirst3: [String: [Float]]

    enum CodingKeys: String, CodingKey {
      case logitsFirst5Images0And3 = "logits_first5_images_0_and_3"
      case argmaxAllImages = "argmax_all_images"
      case logitsStd = "logits_std"
      case runningStatisticsFirst3 = "running_statistics_first3"
    }
  }
}

/// The published supernets by the ids of the oracle file.
package enum PublishedSupernet: String, CaseIterable, Sendable {
  case mobileNetV3Width10 = "ofa_mbv3_d234_e346_k357_w1.0"
  case mobileNetV3Width12 = "ofa_mbv3_d234_e346_k357_w1.2"
  case proxylessNASWidth13 = "ofa_proxyless_d234_e346_k357_w1.3"
  case resNet50 = "ofa_resnet50"

  /// Name of the space's preset.
  package var preset: String {
    switch self {
    case .mobileNetV3Width10: "mobilenetv3-w1.0"
    case .mobileNetV3Width12: "mobilenetv3-w1.2"
    case .proxylessNASWidth13: "proxylessnas-w1.3"
    case .resNet50: "resnet50"
    }
  }

  /// Throws ``SupernetError/unknownOracle(id:ids:)``.
  package init(id: String) throws {
    guard let found = Self(rawValue: id) else {
      throw SupernetError.unknownOracle(id: id, ids: Self.allCases.map(\.rawValue))
    }
    self = found
  }
}

/// The oracle entry of a published supernet and an architecture in its encoding, such as
/// `{"ks": 3, "e": 4, "d": 2}`. Calibration can be left out, which halves the time. Computed in
/// float64 unless told otherwise, see ``Supernet/init(oracle:elementType:device:)``.
///
/// Throws ``SupernetError/unknownOracle(id:ids:)``, or ``SpaceError`` for an architecture that is
/// not one of the space (which entry, and its choices).
package func oracleEntry(
  id: String,
  architecture: String,
  calibrate: Bool,
  elementType: ElementType = .float64,
  device: Device = .cpu
) throws -> OracleEntry {
  let space = try SpaceRegistry.makeSpace(name: PublishedSupernet(id: id).preset)
  let configuration: OFAConfiguration
  do {
    configuration = try JSONDecoder()
      .decode(OFAConfiguration.self, from: Data(architecture.utf8))
  } catch {
    throw SpaceError.malformedArchitecture(
      space: space.name,
      reason: "'\(architecture)' is not JSON like {\"ks\": 3, \"e\": 4, \"d\": 2}"
    )
  }
  return try oracleEntry(
    supernet: Supernet(oracle: space, elementType: elementType, device: device),
    space: space,
    configuration: configuration,
    calibrate: calibrate
  )
}

/// The same for a supernet that is filled already.
func oracleEntry(
  supernet: Supernet,
  space: any ConfiguredSpace,
  configuration: OFAConfiguration,
  calibrate: Bool
) throws -> OracleEntry {
  let architecture = try space.architecture(configuration)
  let network = try space.network(architecture)
  var entry = OracleEntry(
    config: configuration,
    parameters: network.parameters,
    stateDictEntries: network.staticTensors.count,
    macsByResolution: [:]
  )
  for resolution in [128, 160, 192, 224] {
    var resized = network
    resized.resolution = resolution
    entry.macsByResolution["\(resolution)"] = try resized.macs()
  }
  let type = try supernet.tensor(network.convolutions[0].weight.key).elementType
  let images = try OracleFill.images(channels: network.inputChannels, device: supernet.device)
    .to(type)
  let stored = try supernet.withStoredStatistics(architecture)
    .logits(images.narrowed(0, count: 1))
  entry.storedStatistics = .init(
    logitsImage0First5: Array(try stored.to(.float32).array(Float.self).prefix(5)),
    argmaxImage0: try stored.argmax(1).array(Int.self)[0]
  )
  if calibrate {
    entry.calibrated = try calibratedOracle(supernet, architecture, network, images)
  }
  return entry
}

private func calibratedOracle(
  _ supernet: Supernet,
  _ architecture: Architecture,
  _ network: NetworkDescription,
  _ images: Tensor
) throws -> OracleEntry.Calibrated {
  let batches = try [
    images.narrowed(0, count: 3),
    images.narrowed(0, from: 3, count: 1),
  ]
  let subnet = try supernet.calibrate(architecture, batches: batches)
  let logits = try subnet.logits(images)
  let values = try logits.to(.float32).array(Float.self)
  let classes = network.classes
  let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
  let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
  var statistics: [String: [Float]] = [:]
  for norm in [network.norms.first, network.norms.last].compactMap({ $0 }) {
    let (mean, variance) = try subnet.statistics(of: norm.key)
    statistics[norm.staticKey + ".running_mean"] = Array(mean.prefix(3))
    statistics[norm.staticKey + ".running_var"] = Array(variance.prefix(3))
  }
  return .init(
    logitsFirst5Images0And3: [0, 3].map { Array(values[$0 * classes..<$0 * classes + 5]) },
    argmaxAllImages: try logits.argmax(1).array(Int.self),
    logitsStd: (squares / Double(values.count - 1)).squareRoot(),
    runningStatisticsFirst3: statistics
  )
}
