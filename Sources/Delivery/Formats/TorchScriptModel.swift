import Families
import Networks
import Torch

/// A network as a TorchScript file: a module of nested modules, one for each part of the tensors' names,
/// and one method whose source is straight-line code.
struct TorchScriptModel {
  let bytes: [UInt8]

  /// - Parameters:
  ///   - images: how bytes become the numbers that the network takes, for `Input.uint8`.
  ///   - description: the text of `config.json`, which travels inside under that name.
  init(
    _ exported: ExportedNetwork,
    _ options: ExportOptions,
    images: Family.Images,
    description: String
  ) throws {
    let root = ModuleTree(className: "Network")
    for tensor in exported.network.staticTensors {
      try root.add(
        exported.weight(tensor.key),
        at: tensor.key,
        as: tensor.isTrainable ? .parameter : .buffer
      )
    }
    var source = TorchScriptSource()
    if options.input == .uint8 { source.castToFloat() }
    if options.layout == .nhwc { source.channelsFirst() }
    if options.input == .uint8 {
      // Not [1, C, 1, 1]: see the same constants in ONNX.
      let shape = [images.mean.count, 1, 1]
      let scale = images.deviation.map { Float(1 / (255 * $0)) }
      let shift = zip(images.mean, images.deviation).map { Float(-$0 / $1) }
      try root.add(Tensor(scale, shape: shape), at: "input.scale", as: .buffer)
      try root.add(Tensor(shift, shape: shape), at: "input.shift", as: .buffer)
      source.normalise(scale: "input.scale", shift: "input.shift")
    }
    source.add(exported.network.layers)
    let module = try root.module(defining: source.text)
    bytes = try module.fileBytes(extra: ("config.json", description))
  }
}

/// The modules that a network's tensors are in, by the parts of their names.
private final class ModuleTree {
  private let className: String
  private var tensors: [(name: String, value: Tensor, role: TorchScriptDraft.Role)] = []
  private var children: [(name: String, module: ModuleTree)] = []

  init(className: String) { self.className = className }

  func add(_ tensor: Tensor, at path: String, as role: TorchScriptDraft.Role) {
    add(tensor, at: path.split(separator: ".").map(String.init)[...], as: role)
  }

  private func add(_ tensor: Tensor, at path: ArraySlice<String>, as role: TorchScriptDraft.Role) {
    guard let first = path.first else { return }
    if path.count == 1 {
      tensors.append((first, tensor, role))
    } else {
      child(first).add(tensor, at: path.dropFirst(), as: role)
    }
  }

  private func child(_ name: String) -> ModuleTree {
    if let child = children.first(where: { $0.name == name }) { return child.module }
    // Each class has a name of its own: a reader may not tell two by their content.
    let child = ModuleTree(className: className + "_" + name.filter { $0.isLetter || $0.isNumber })
    children.append((name, child))
    return child
  }

  /// - Parameter source: the methods of this module; its children have none.
  func module(defining source: String? = nil) throws(TorchError) -> TorchScriptDraft {
    let module = try TorchScriptDraft(className: "__torch__.\(className)")
    for tensor in tensors { try module.add(tensor.value, named: tensor.name, as: tensor.role) }
    for child in children { try module.add(child.module.module(), named: child.name) }
    if let source { try module.define(source) }
    return module
  }
}
