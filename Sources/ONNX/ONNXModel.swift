import Foundation
import HDF5
import Networks
import SwiftProtobuf
import Torch

/// A network with its weights as an ONNX model, which other runtimes load: IR version 8, opset 17.
///
/// ```swift
/// let model = try ONNXModel(member.description, weights: member.weights)
/// try AtomicFile.write(model.bytes, to: "model.onnx")
/// let logits = try model.logits(member.prepared(images))  // [batch, classes]
/// ```
///
/// The model has one input, `images`, and one output, `logits`, `[batch, classes]`. The first dimension
/// of both is the parameter `batch`, any number of images; the others are fixed. The same network, weights,
/// options and metadata give the same bytes.
public struct ONNXModel {
  /// The file's content.
  public let bytes: [UInt8]
  let model: OnnxModelProto
  let initializers: [String: Tensor]

  /// How a model takes images, and how it is written.
  public struct Options: Sendable, Hashable {
    public var input = Input.float
    public var layout = Layout.nchw
    /// Writes each batch norm as a node of its own, its four tensors under their published names, as
    /// training on needs it. Else it is part of its convolution, folded in double precision.
    public var keepsBatchNorm = false
    /// Writes `HardSwish` as one node instead of `HardSigmoid` and `Mul`, which older runtimes know too
    /// and newer ones join.
    public var writesHardSwish = false

    public init() {}
  }

  public enum Input: Sendable, Hashable {
    /// Normalised images, as networks take them.
    case float
    /// Images as bytes. The model normalises them: `(value / 255 - mean) / deviation` per channel.
    case uint8(mean: [Double], deviation: [Double])
  }

  public enum Layout: String, Sendable, Hashable, CaseIterable {
    /// `[batch, channels, height, width]`
    case nchw
    /// `[batch, height, width, channels]`
    case nhwc
  }

  /// Writes a network as a model.
  ///
  /// - Parameters:
  ///   - network: under the names of its supernet or its own.
  ///   - weights: every tensor of the network under its static name, as `Family.Member.weights`.
  ///   - metadata: texts that the file carries, in this order.
  ///
  /// Throws `NetworkError` for layers that do not fit each other, `SupernetError` for tensors missing,
  /// unknown, of another shape or type, ``ONNXError`` and `TorchError`.
  public init(
    _ network: NetworkDescription,
    weights: [String: Tensor],
    options: Options = Options(),
    metadata: [(name: String, text: String)] = []
  ) throws {
    var model = OnnxModelProto()
    model.irVersion = Self.irVersion
    model.producerName = "regnas"
    model.producerVersion = Program.version
    model.opsetImport = [.with { $0.version = Self.operatorSet }]
    model.graph = try GraphWriter.graph(of: network, weights: weights, options: options)
    model.metadataProps = metadata.map { entry in
      .with {
        $0.key = entry.name
        $0.value = entry.text
      }
    }
    // From here on the model is what a reader of the file sees.
    try self.init(bytes: model.serializedBytes())
  }

  /// Reads a model as this type writes them.
  ///
  /// Throws ``ONNXError`` for what is no ONNX model, or is one of another version or form, and
  /// `TorchError`.
  public init(bytes: [UInt8]) throws {
    do {
      model = try OnnxModelProto(serializedBytes: bytes)
    } catch {
      throw ONNXError.damaged("it is no ONNX model, or was cut short")
    }
    try ModelCheck.check(model)
    initializers = try model.graph.initializer.reduce(into: [:]) { tensors, initializer in
      tensors[initializer.name] = try initializer.tensor()
    }
    self.bytes = bytes
  }

  /// The texts that the file carries, in the file's order.
  public var metadata: [(name: String, text: String)] {
    model.metadataProps.map { ($0.key, $0.value) }
  }

  static let irVersion: Int64 = 8
  static let operatorSet: Int64 = 17
  static let inputName = "images"
  static let outputName = "logits"
  /// Name of the first dimension.
  static let batchName = "batch"
}
