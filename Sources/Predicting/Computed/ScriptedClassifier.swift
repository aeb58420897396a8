import ImageData
import Torch

/// A model that was trained elsewhere and saved as TorchScript, computed on the processor.
package struct ScriptedClassifier: PixelClassifier {
  private let module: TorchScriptModule
  private let preparation: ImagePreparation
  package let classCount: Int?
  package var shape: ImageShape? { nil }
  package var device: Device { .cpu }
  /// One batch at a time, on all threads: what is in the file is not known to bear more.
  package var takesBatchesAtOnce: Bool { false }

  /// - Parameter classCount: how many classes it has to tell apart.
  package init(_ module: TorchScriptModule, _ preparation: ImagePreparation, classCount: Int) {
    self.module = module
    self.preparation = preparation
    self.classCount = classCount
  }

  /// Throws `TorchScriptError`, and ``PredictingError/invalidInput(_:)`` for an output of another shape
  /// or number of classes.
  package func logits(_ bytes: [UInt8], _ shape: ImageShape) throws -> Tensor {
    let target = preparation.shape(of: shape)
    let count = bytes.count / shape.byteCount
    let input = try Tensor(
      channelsLast: preparation(bytes, shape),
      batch: count,
      channels: target.channels,
      height: target.height,
      width: target.width
    )
    // Modules may ask for views that only this order in memory has.
    let output = try module(input.contiguous())
    guard output.rank == 2, output.size(0) == count else {
      throw PredictingError.invalidInput(
        "\(module.name): for \(count) images it gives a tensor of shape \(output.shape), and "
          + "[\(count), \(classCount ?? 0)] is expected; save a model that gives a number per class"
      )
    }
    guard output.size(1) == classCount else {
      throw PredictingError.invalidInput(
        "\(module.name): it tells \(output.size(1)) classes apart, and there are \(classCount ?? 0); give "
          + "a model of the same task"
      )
    }
    return try asLogits(output.to(.float32))
  }

  /// Models that end with a softmax give probabilities, whose logarithms are logits.
  private func asLogits(_ output: Tensor) throws -> Tensor {
    let values = try output.array(Float.self)
    guard !values.contains(where: \.isNaN) else {
      throw PredictingError.invalidInput(
        "\(module.name): it gives values that are no numbers (NaN); check how its images are prepared"
      )
    }
    let classes = output.size(1)
    let areProbabilities =
      classes > 1 && values.allSatisfy { (0...1).contains($0) }
      && stride(from: 0, to: values.count, by: classes).allSatisfy {
        abs(values[$0..<$0 + classes].reduce(0, +) - 1) < 1e-3
      }
    return areProbabilities ? try output.clamped(min: 1e-30).log() : output
  }
}
