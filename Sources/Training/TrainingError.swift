/// What can go wrong with a training.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// A field of a ``TrainingConfiguration``, and what is wrong with its value.
  case invalidConfiguration(field: String, reason: String)
  /// A batch whose parts do not belong together.
  case invalidBatch(String)
  /// The loss or a gradient was infinite or not a number.
  case diverged(step: Int, loss: Double)

  public var description: String {
    switch self {
    case .invalidConfiguration(let field, let reason):
      "the training configuration is not valid: \(field): \(reason)"
    case .invalidBatch(let reason): "a training batch is not valid: \(reason)"
    case .diverged(let step, let loss):
      "training diverged: the loss is \(loss.isNaN ? "nan" : "\(loss)") at step \(step); lower the learning rate, lengthen "
        + "the warm-up or set gradient clipping"
    }
  }
}
