import Supernet
import Torch

extension SupernetTrainer {
  /// Everything needed to go on, on the processor: `supernet/<tensor>`, `optimizer/velocity/<parameter>`
  /// and `steps`; where there are any, `average/<parameter>` with `average/updates`, and
  /// `teacher/<tensor>` of a teacher that the training made itself.
  public func state() throws -> [String: Tensor] {
    var result = ["steps": try Tensor(Int64(stepsDone))]
    for (name, tensor) in try supernet.state() { result["supernet/" + name] = tensor }
    for (name, tensor) in try optimizer.state() { result["optimizer/" + name] = tensor }
    for (name, tensor) in try average?.state() ?? [:] { result["average/" + name] = tensor }
    if let teacher, !teacherIsGiven {
      for (name, tensor) in try teacher.state() { result["teacher/" + name] = tensor }
    }
    return result
  }

  /// Takes a state of a trainer of the same space; configuration and seed are the caller's to keep.
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
    let (weights, taught) = (part("supernet/"), part("teacher/"))
    try checkState(weights, against: supernet.layout)
    try optimizer.restore(part("optimizer/"))
    try average?.restore(part("average/"))
    if !teacherIsGiven {
      teacher =
        taught.isEmpty ? nil : try Teacher(taught, of: supernet.space, on: supernet.device)
    }
    try supernet.load(weights)
    stepsDone = Int(try steps.scalar())
  }
}
