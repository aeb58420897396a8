/// A name that a pickle mentions: one of those that `torch.save` needs for tensors in dictionaries, or
/// any other, which stays a name.
enum PickleGlobal: Equatable {
  /// A dictionary, whatever else it remembers.
  case dictionary
  case rebuildTensor
  /// A tensor of a subclass, or with attributes: made by another of these functions.
  case rebuildFromType
  case rebuildParameter
  case storage(ForeignElementType)
  case size
  /// Anything else: never looked up, never called. What would be made by it is a placeholder.
  case foreign(String)

  init(module: String, name: String) {
    let full = "\(module).\(name)"
    switch full {
    case "collections.OrderedDict", "collections.defaultdict", "builtins.dict",
      "__builtin__.dict":
      self = .dictionary
    case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2": self = .rebuildTensor
    case "torch._tensor._rebuild_from_type_v2": self = .rebuildFromType
    case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
      self = .rebuildParameter
    case "torch.Size": self = .size
    default:
      self = ForeignElementType(torchStorage: full).map { .storage($0) } ?? .foreign(full)
    }
  }

  /// The name by which a placeholder of it is known.
  var name: String {
    switch self {
    case .dictionary: "collections.OrderedDict"
    case .rebuildTensor, .rebuildFromType: "torch.Tensor"
    case .rebuildParameter: "torch.nn.Parameter"
    case .storage(let type): "a torch storage of \(type.rawValue)"
    case .size: "torch.Size"
    case .foreign(let name): name
    }
  }

  /// Whether what it makes is ordinary data of torch, Python or NumPy, of no interest beside weights.
  static func isOrdinary(_ name: String) -> Bool {
    name == "torch.device" || name == "torch.Size" || name.hasPrefix("torch.float")
      || name.hasPrefix("torch.int") || name.hasPrefix("torch.bfloat") || name == "torch.uint8"
      || name == "torch.bool"
  }
}
