import Networks

/// A layer as `config.json` has it: its kind, its numbers and the names of its tensors, and the layers in
/// it. Enough to build the network again with the tensors of the safetensors file.
indirect enum LayerRecord: Hashable, Sendable, Codable {
  case convolution(ConvolutionRecord)
  case squeezeExcitation(reduce: ConvolutionRecord, expand: ConvolutionRecord)
  /// An identity where there is no shortcut.
  case residual(body: [LayerRecord], shortcut: [LayerRecord]?, activation: Activation)
  case maxPool(kernel: Int, stride: Int, padding: Int)
  case averagePool(kernel: Int, stride: Int)
  case globalAveragePool
  case linear(LinearRecord)

  private enum Kind: String, Codable {
    case convolution, squeezeExcitation, residual, maxPool, averagePool, globalAveragePool, linear
  }

  private enum Key: String, CodingKey {
    case kind = "type"
    case reduce, expand, body, shortcut, activation, kernel, stride, padding
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    switch try fields.decode(Kind.self, forKey: .kind) {
    case .convolution: self = .convolution(try ConvolutionRecord(from: decoder))
    case .linear: self = .linear(try LinearRecord(from: decoder))
    case .globalAveragePool: self = .globalAveragePool
    case .squeezeExcitation:
      self = .squeezeExcitation(
        reduce: try fields.decode(ConvolutionRecord.self, forKey: .reduce),
        expand: try fields.decode(ConvolutionRecord.self, forKey: .expand)
      )
    case .residual:
      self = .residual(
        body: try fields.decode([LayerRecord].self, forKey: .body),
        shortcut: try fields.decodeIfPresent([LayerRecord].self, forKey: .shortcut),
        activation: try fields.decode(Activation.self, forKey: .activation)
      )
    case .maxPool:
      self = .maxPool(
        kernel: try fields.decode(Int.self, forKey: .kernel),
        stride: try fields.decode(Int.self, forKey: .stride),
        padding: try fields.decode(Int.self, forKey: .padding)
      )
    case .averagePool:
      self = .averagePool(
        kernel: try fields.decode(Int.self, forKey: .kernel),
        stride: try fields.decode(Int.self, forKey: .stride)
      )
    }
  }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    switch self {
    case .convolution(let record):
      try fields.encode(Kind.convolution, forKey: .kind)
      try record.encode(to: encoder)
    case .linear(let record):
      try fields.encode(Kind.linear, forKey: .kind)
      try record.encode(to: encoder)
    case .globalAveragePool:
      try fields.encode(Kind.globalAveragePool, forKey: .kind)
    case .squeezeExcitation(let reduce, let expand):
      try fields.encode(Kind.squeezeExcitation, forKey: .kind)
      try fields.encode(reduce, forKey: .reduce)
      try fields.encode(expand, forKey: .expand)
    case .residual(let body, let shortcut, let activation):
      try fields.encode(Kind.residual, forKey: .kind)
      try fields.encode(body, forKey: .body)
      try fields.encodeIfPresent(shortcut, forKey: .shortcut)
      try fields.encode(activation, forKey: .activation)
    case .maxPool(let kernel, let stride, let padding):
      try fields.encode(Kind.maxPool, forKey: .kind)
      try fields.encode(kernel, forKey: .kernel)
      try fields.encode(stride, forKey: .stride)
      try fields.encode(padding, forKey: .padding)
    case .averagePool(let kernel, let stride):
      try fields.encode(Kind.averagePool, forKey: .kind)
      try fields.encode(kernel, forKey: .kernel)
      try fields.encode(stride, forKey: .stride)
    }
  }
}

/// Convolution, then batch norm if any, then activation.
struct ConvolutionRecord: Hashable, Sendable, Codable {
  var weight: String
  /// `[out, in / groups, kernel, kernel]`
  var shape: [Int]
  var bias: String?
  var norm: NormRecord?
  var activation: Activation
  var stride: Int
  var padding: Int
  var groups: Int
}

/// `name` + `.weight`, `.bias`, `.running_mean`, `.running_var` and `.num_batches_tracked`.
struct NormRecord: Hashable, Sendable, Codable {
  var name: String
  var epsilon: Double
  var momentum: Double
}

struct LinearRecord: Hashable, Sendable, Codable {
  var weight: String
  /// `[classes, in]`
  var shape: [Int]
  var bias: String
}
