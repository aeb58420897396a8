import Supernet
import Torch

extension NetworkTrainer {
  /// Everything needed to go on, on the processor: `supernet/<tensor>`, `optimizer/velocity/<parameter>`
  /// and `steps`; where there are any, `average/<parameter>` with `average/updates`, and
  /// `teacher/<tensor>`, which the target source keeps.
  public func state() throws -> [String: Tensor] {
    var result = ["steps": try Tensor(Int64(stepsDone))]
    func add(_ part: [String: Tensor], under prefix: String) {
      for (name, tensor) in part { result[prefix + name] = tensor }
    }
    add(try supernet.state(), under: "supernet/")
    add(try optimizer.state(), under: "optimizer/")
    add(try average?.state() ?? [:], under: "average/")
    // The name of version 0.1.0, in which a teacher was all there was.
    add(try targets.state(), under: "teacher/")
    return result
  }

  /// Takes a state of a trainer of the same space; configuration, methods and seed are the caller's to
  /// keep.
  ///
  /// Throws ``SupernetError`` or ``TorchError`` for a state that does not fit.
  public func restore(_ state: [String: Tensor]) throws {
    func part(_ prefix: String) -> [String: Tensor] {
      Dictionary(
        uniqueKeysWithValues: state.compactMap { key, value in
          key.hasPrefix(prefix) ? (String(key.dropFirst(prefix.count)), value) : nil
        }
      )
    }
    guard let steps = state["steps"] else { throw SupernetError.missingTensors(["steps"]) }
    let weights = part("supernet/")
    try checkState(weights, against: supernet.layout)
    try optimizer.restore(part("optimizer/"))
    try average?.restore(part("average/"))
    try targets.restore(part("teacher/"), training: supernet)
    try supernet.load(weights)
    stepsDone = Int(try steps.scalar())
  }
}
