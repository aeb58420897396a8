import Families
import ForeignWeights
import Foundation
import Networks
import ONNX
import Supernet
import Torch

/// The content of one member's files, and each of them read back and run.
struct MemberFiles {
  let record: MemberRecord
  /// Of `config.json`.
  let text: String
  private let network: ExportedNetwork
  private let images: Family.Images
  private let options: ExportOptions

  init(
    _ number: Int,
    of family: Family,
    digest: String,
    images: Family.Images,
    options: ExportOptions
  ) throws {
    network = try ExportedNetwork(family.members[number - 1], images)
    self.images = images
    self.options = options
    record = MemberRecord(
      number,
      of: family,
      digest: digest,
      network: network,
      images: images,
      options: options
    )
    text = try record.json()
  }

  func model(_ format: ExportFormat) throws -> [UInt8] {
    switch format {
    case .onnx:
      var written = ONNXModel.Options()
      if options.input == .uint8 {
        written.input = .uint8(mean: images.mean, deviation: images.deviation)
      }
      written.layout = options.layout == .nhwc ? .nhwc : .nchw
      written.keepsBatchNorm = options.keepsBatchNorm
      return try ONNXModel(
        network.network,
        weights: network.weights,
        options: written,
        metadata: record.metadata()
      ).bytes
    case .torchscript:
      return try TorchScriptModel(
        options.keepsBatchNorm ? network : network.foldingBatchNorm(),
        options,
        images: images,
        description: text
      ).bytes
    case .safetensors:
      let metadata = try record.metadata().map { ($0.name, $0.text) } + [("format", "pt")]
      return try SafetensorsModel(
        network,
        metadata: Dictionary(metadata, uniquingKeysWith: { first, _ in first })
      ).bytes
    }
  }

  /// Reads a file's content as a user would, runs it and compares.
  func verify(
    _ bytes: [UInt8],
    _ format: ExportFormat,
    on images: VerificationImages
  ) throws -> Verification {
    switch format {
    case .onnx:
      let model = try ONNXModel(bytes: bytes)
      return try images.verify(options) { try model.logits($0) }
    case .torchscript:
      let model = try TorchScriptModule(bytes: bytes, name: format.fileName)
      return try images.verify(options) { try model($0) }
    case .safetensors:
      let model = try readBack(bytes)
      return try images.verify(ExportOptions()) { try model.logits($0) }
    }
  }

  /// The network that `config.json` and the weights describe.
  private func readBack(_ safetensors: [UInt8]) throws -> StaticNetwork {
    let read = try JSONDecoder().decode(MemberRecord.self, from: Data(text.utf8))
    let tensors = try ForeignCheckpoint(bytes: safetensors).tensors.map {
      ($0.key, try $0.tensor())
    }
    return try StaticNetwork(
      NetworkDescription(
        inputChannels: read.input.channels,
        resolution: read.input.height,
        classes: read.classes.count,
        dropout: 0,
        layers: read.layers.map(\.layer)
      ),
      state: Dictionary(tensors, uniquingKeysWith: { first, _ in first }),
      device: .cpu
    )
  }
}
