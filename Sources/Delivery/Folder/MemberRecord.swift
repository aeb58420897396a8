import Families
import FlipMetrics
import Foundation
import HDF5

/// What `config.json` of a member says: everything that a user of its files may need. Nothing in it depends
/// on time or place.
struct MemberRecord: Hashable, Sendable, Codable {
  static let schema = "regnas.member/1"

  var schema = Self.schema
  /// Program and version.
  var program = Program.identity
  /// From 1, smallest first.
  var member: Int
  var members: Int
  var space: String
  /// The code that `regnas space describe --architecture` reads.
  var architecture: String
  var input: InputRecord
  /// In the order of the logits.
  var classes: [String]
  /// How the ONNX and TorchScript files were written.
  var models: ModelsRecord
  var figures: FiguresRecord
  var digests: DigestsRecord
  var layers: [LayerRecord]

  /// The images that the network takes.
  struct InputRecord: Hashable, Sendable, Codable {
    var channels: Int
    /// In pixels, as the network takes them.
    var height: Int
    var width: Int
    /// `grey`, `RGB` or `other`.
    var colourOrder: String
    /// Per channel, on the scale of 0 to 1: a byte v becomes (v / 255 - mean) / deviation.
    var mean: [Double]
    var deviation: [Double]
    /// How images of another size come to this one: `none` where they are taken as they are.
    var resizing: String
  }

  struct ModelsRecord: Hashable, Sendable, Codable {
    var input: ExportOptions.Input
    var layout: ExportOptions.Layout
    var batchNorm: BatchNorm

    enum BatchNorm: String, Hashable, Sendable, Codable { case folded, kept }
  }

  /// On the test split.
  struct FiguresRecord: Hashable, Sendable, Codable {
    var macs: Int
    var parameters: Int
    /// In `budgetUnit`.
    var cost: Int
    var budget: Int
    var budgetUnit: String
    var testImages: Int
    var accuracy: FlipReport.Rate
    /// Against the outside reference, if any, and every smaller member.
    var negativeFlipRates: [FlipRecord]
  }

  struct FlipRecord: Hashable, Sendable, Codable {
    var against: String
    var rate: FlipReport.Rate
  }

  /// SHA-256. What is missing is not known to the family file.
  struct DigestsRecord: Hashable, Sendable, Codable {
    /// Of the bytes of the family file.
    var family: String
    /// Of the content of the data set.
    var data: String
    /// Of the images and labels of the test split.
    var testSplit: String?
    /// Of the file of the supernet.
    var supernet: String
  }

  /// - Parameter number: of the member, from 1; it must be there.
  init(
    _ number: Int,
    of family: Family,
    digest: String,
    network: ExportedNetwork,
    images: Family.Images,
    options: ExportOptions
  ) {
    let report = family.report
    let figures = report.members[number - 1]
    member = number
    members = family.members.count
    space = report.space
    architecture = figures.architecture
    input = InputRecord(
      channels: network.network.inputChannels,
      height: network.network.resolution,
      width: network.network.resolution,
      colourOrder: images.channels.name,
      mean: images.mean,
      deviation: images.deviation,
      resizing: images.resizing.rawValue
    )
    classes = images.classNames
    models = ModelsRecord(
      input: options.input,
      layout: options.layout,
      batchNorm: options.keepsBatchNorm ? .kept : .folded
    )
    self.figures = FiguresRecord(
      macs: figures.macs,
      parameters: figures.parameters,
      cost: figures.cost,
      budget: figures.budget,
      budgetUnit: report.budgetUnit,
      testImages: report.testImages,
      accuracy: figures.accuracy,
      negativeFlipRates: figures.flips.map {
        FlipRecord(against: $0.reference, rate: $0.negativeFlipRate)
      }
    )
    digests = DigestsRecord(
      family: digest,
      data: family.provenance.dataDigest,
      testSplit: family.provenance.testDigest,
      supernet: family.provenance.supernetDigest
    )
    layers = network.network.layers.map(LayerRecord.init)
  }

  /// JSON, with a line break at its end.
  func json() throws -> String { try Self.text(of: self, .prettyPrinted) + "\n" }

  /// What the file of a model carries beside the network, as names and texts in this order.
  func metadata() throws -> [(name: String, text: String)] {
    [
      ("program", program),
      ("space", space),
      ("architecture", architecture),
      ("member", "\(member) of \(members)"),
      ("classes", try Self.text(of: classes)),
      ("input", try Self.text(of: input)),
      ("figures", try Self.text(of: figures)),
      ("sha256", try Self.text(of: digests)),
    ]
  }

  private static func text(
    of value: some Encodable,
    _ more: JSONEncoder.OutputFormatting = []
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = more.union([.sortedKeys, .withoutEscapingSlashes])
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
