/// The opcodes of Python's pickle that files of `torch.save` use. Source: the comments of `pickletools.py` in Python's standard library.
enum PickleOpcode: UInt8 {
  // Framing and the stack.
  case protocolVersion = 0x80
  case frame = 0x95
  case stop = 0x2E
  case mark = 0x28
  case pop = 0x30
  case popMark = 0x31
  case duplicate = 0x32

  // Scalars and strings.
  case none = 0x4E
  case newTrue = 0x88
  case newFalse = 0x89
  case int32 = 0x4A
  case uint8 = 0x4B
  case uint16 = 0x4D
  case long1 = 0x8A
  case long4 = 0x8B
  case float64 = 0x47
  case string4 = 0x54
  case string1 = 0x55
  case unicode4 = 0x58
  case unicode1 = 0x8C
  case unicode8 = 0x8D
  case bytes4 = 0x42
  case bytes1 = 0x43
  case bytes8 = 0x8E
  case byteArray8 = 0x96

  // Containers.
  case emptyList = 0x5D
  case append = 0x61
  case appends = 0x65
  case list = 0x6C
  case emptyTuple = 0x29
  case tuple = 0x74
  case tuple1 = 0x85
  case tuple2 = 0x86
  case tuple3 = 0x87
  case emptyDictionary = 0x7D
  case dictionary = 0x64
  case setItem = 0x73
  case setItems = 0x75
  case emptySet = 0x8F
  case addItems = 0x90
  case frozenSet = 0x91

  // The memo.
  case get1 = 0x68
  case get4 = 0x6A
  case put1 = 0x71
  case put4 = 0x72
  case memoize = 0x94

  // Names, storages and calls.
  case global = 0x63
  case stackGlobal = 0x93
  case persistentIdentifier = 0x51
  case reduce = 0x52
  case build = 0x62

  // Objects of classes, which become placeholders.
  case instance = 0x69
  case object = 0x6F
  case newObject = 0x81
  case newObjectWithKeywords = 0x92
  case extension1 = 0x82
  case extension2 = 0x83
  case extension4 = 0x84
}
