import Decisions
import RandomStreams
import Torch

/// An autoregressive policy over the assignments of a space: an LSTM (Hochreiter and Schmidhuber,
/// 1997) that reads the choices made so far and gives a distribution over the next one, as in
/// Zoph and Le, "Neural architecture search with reinforcement learning" (ICLR 2017).
///
///     gates = W_x embed(last choice) + W_c conditioning + W_h h + b
///     logits = c * tanh(head[decision](h) / c) / temperature    (c: the tanh constant)
///     probabilities = softmax(logits over the permitted choices)
///
/// Every choice has an embedding, every decision a head of its own. A choice that the masks forbid
/// has log-probability minus infinity and probability zero, exactly. A decision that is inactive in a
/// sequence is skipped there: the state is held, no token goes in, and it adds no log-probability
/// and no entropy. One LSTM step per decision serves all sequences of a batch.
///
/// Heads start at zero, so that a new policy gives equal probability to all permitted choices.
public final class PolicyNetwork {
  public struct Configuration: Sendable, Hashable, Codable {
    public var hiddenSize = 64
    public var embeddingSize = 32
    /// Divides the logits, in sampling and in log-probabilities alike.
    public var temperature = 1.0
    /// Bounds the logits (Bello et al., "Neural combinatorial optimization with reinforcement
    /// learning", 2016), so that no choice becomes certain; nil for no bound.
    public var tanhConstant: Double?
    /// How many numbers tell the policy about its task; see ``SearchTask/conditioning``.
    public var conditioningSize = 0

    public init() {}
  }

  public let space: DecisionSpace
  public let configuration: Configuration
  public let device: Device
  let vocabulary: Vocabulary
  /// `[tokens, embedding]`
  let embedding: Tensor
  /// `[embedding, 4 hidden]`, `[conditioning, 4 hidden]`, `[hidden, 4 hidden]`, `[4 hidden]`; the
  /// gates in the order input, forget, output, cell.
  let inputWeight: Tensor
  let conditioningWeight: Tensor?
  let recurrentWeight: Tensor
  let gateBias: Tensor
  /// `[decisions, hidden, choices]`, `[decisions, 1, choices]`; the last dimension padded to the
  /// widest decision.
  let headWeight: Tensor
  let headBias: Tensor

  /// Weights are uniform within ± 1 / sqrt(inputs), embeddings within ± 1, the forget bias is 1.
  public init(
    _ space: DecisionSpace,
    configuration: Configuration = .init(),
    device: Device = .cpu,
    using stream: inout RandomStream
  ) throws {
    try requirePositive(configuration.hiddenSize, "the policy's hidden size")
    try requirePositive(configuration.embeddingSize, "the policy's embedding size")
    try requirePositive(configuration.temperature, "the policy's temperature")
    try requirePositive(configuration.tanhConstant ?? 1, "the policy's tanh constant")
    try requirePositive(space.count, "the number of decisions of '\(space.name)'")
    self.space = space
    self.configuration = configuration
    self.device = device
    vocabulary = Vocabulary(space)
    let (hidden, embedded) = (configuration.hiddenSize, configuration.embeddingSize)
    func uniform(_ shape: [Int], within bound: Double) throws -> Tensor {
      var values = [Float](repeating: 0, count: shape.reduce(1, *))
      stream.fillUniform(&values, low: Float(-bound), high: Float(bound))
      return try Tensor(values, shape: shape, device: device)
    }
    embedding = try uniform([vocabulary.count, embedded], within: 1)
    inputWeight = try uniform([embedded, 4 * hidden], within: 1 / Double(embedded).squareRoot())
    recurrentWeight = try uniform([hidden, 4 * hidden], within: 1 / Double(hidden).squareRoot())
    let conditions = configuration.conditioningSize
    conditioningWeight =
      conditions > 0
      ? try uniform([conditions, 4 * hidden], within: 1 / Double(conditions).squareRoot()) : nil
    let bias = (0..<4 * hidden).map { Float($0 / hidden == 1 ? 1 : 0) }
    gateBias = try Tensor(bias, shape: [4 * hidden], device: device)
    headWeight = try Tensor.zeros([space.count, hidden, vocabulary.widest], device: device)
    headBias = try Tensor.zeros([space.count, 1, vocabulary.widest], device: device)
    for parameter in parameters { try parameter.value.requireGradient() }
  }

  /// All that is learned, in a fixed order.
  public var parameters: [(name: String, value: Tensor)] {
    [
      ("embedding", embedding), ("input_weight", inputWeight),
      ("recurrent_weight", recurrentWeight), ("gate_bias", gateBias),
      ("head_weight", headWeight), ("head_bias", headBias),
    ] + (conditioningWeight.map { [("conditioning_weight", $0)] } ?? [])
  }

  public func state() throws -> [String: Tensor] {
    try parameters.reduce(into: [:]) {
      $0[$1.name] = try $1.value.detached().to(device: .cpu).clone()
    }
  }

  public func restore(_ state: [String: Tensor]) throws {
    for parameter in parameters {
      try parameter.value.restore(from: state, key: parameter.name)
    }
  }

  // What the two passes, sampling and evaluation, have in common.

  struct CellState {
    /// `[batch, hidden]`
    var hidden: Tensor
    var cell: Tensor
  }

  func initialState(_ batch: Int) throws -> CellState {
    let zeros = try Tensor.zeros([batch, configuration.hiddenSize], device: device)
    return CellState(hidden: zeros, cell: zeros)
  }

  /// What each token adds to the gates, `[tokens, 4 hidden]`: the input product of all steps at once.
  func gateTable() throws -> Tensor { try embedding.matmul(inputWeight) + gateBias }

  /// What the conditioning adds to the gates, `[batch, 4 hidden]`.
  func conditioningGates(_ conditioning: [Double], batch: Int) throws -> Tensor? {
    guard conditioning.count == batch * configuration.conditioningSize else {
      throw ControllerError.invalidConfiguration(
        name: "a task's conditioning",
        reason: "must hold \(configuration.conditioningSize) numbers, the policy's conditioningSize"
      )
    }
    guard let conditioningWeight else { return nil }
    return try Tensor(
      conditioning.map { Float($0) },
      shape: [batch, configuration.conditioningSize],
      device: device
    ).matmul(conditioningWeight)
  }

  /// One LSTM step. `isActive` (bool, `[batch, 1]`, or nil for all) says which sequences take it.
  func step(_ state: CellState, input: Tensor, isActive: Tensor?) throws -> CellState {
    let size = configuration.hiddenSize
    let gates = try input + state.hidden.matmul(recurrentWeight)
    let open = try gates.narrowed(1, count: 3 * size).sigmoid()
    let candidate = try gates.narrowed(1, from: 3 * size, count: size).tanh()
    var cell = try open.narrowed(1, from: size, count: size) * state.cell
    cell = try cell + open.narrowed(1, count: size) * candidate
    var hidden = try open.narrowed(1, from: 2 * size, count: size) * cell.tanh()
    if let isActive {
      hidden = try hidden.selected(where: isActive, else: state.hidden)
      cell = try cell.selected(where: isActive, else: state.cell)
    }
    return CellState(hidden: hidden, cell: cell)
  }

  /// Logits as distributions see them, before masking.
  func shaped(_ logits: Tensor, temperature: Double) throws -> Tensor {
    guard let bound = configuration.tanhConstant else { return try logits / temperature }
    return try (logits / bound).tanh() * (bound / temperature)
  }
}

func requirePositive(_ value: Double, _ name: String) throws(ControllerError) {
  guard value > 0, value.isFinite else {
    throw .invalidConfiguration(name: name, reason: "is \(value); it must be positive and finite")
  }
}
