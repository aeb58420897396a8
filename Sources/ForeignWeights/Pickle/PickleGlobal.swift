/// The names that a pickle may mention: what `torch.save` needs for a state dict, and nothing more.
enum PickleGlobal: Equatable {
  case orderedDictionary
  case rebuildTensor
  case rebuildParameter
  case storage(ForeignElementType)
  case size
  case device
  /// `torch.float32` and its like.
  case elementType

  init(module: String, name: String) throws(ImportError) {
    let full = "\(module).\(name)"
    switch full {
    case "collections.OrderedDict": self = .orderedDictionary
    case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2": self = .rebuildTensor
    case "torch._utils._rebuild_parameter": self = .rebuildParameter
    case "torch.Size": self = .size
    case "torch.device": self = .device
    case "torch.float64", "torch.float32", "torch.float16", "torch.bfloat16", "torch.int64",
      "torch.int32", "torch.int16", "torch.int8", "torch.uint8", "torch.bool":
      self = .elementType
    default:
      if let type = ForeignElementType(torchStorage: full) {
        self = .storage(type)
      } else if module == "torch", name.hasSuffix("Storage") {
        throw ImportError(
          .unsupported(part: full, reason: "its elements are no real numbers that can be read")
        )
      } else {
        throw ImportError(.codeRefused(global: full))
      }
    }
  }
}
