// What the few allowed names stand for. Nothing is called: each case makes the one value that the
// function of torch would return.
extension PickleMachine {
  mutating func call(
    _ callee: PickleValue,
    _ arguments: PickleValue
  ) throws(ImportError) -> PickleValue {
    guard case .global(let global) = callee, case .tuple(let index) = arguments else {
      throw damaged("it calls something that has no name")
    }
    let arguments = heap.sequences[index]
    switch global {
    case .orderedDictionary: return try orderedDictionary(arguments)
    case .rebuildTensor: return try tensor(arguments)
    case .rebuildParameter:
      // (data, requires_grad, backward_hooks)
      guard case .tensor? = arguments.first else { throw damaged("a parameter has no tensor") }
      return arguments[0]
    case .size:
      guard case .tuple? = arguments.first else { throw damaged("a torch.Size has no sizes") }
      return arguments[0]
    case .device: return .opaque
    case .storage, .elementType:
      throw ImportError(.codeRefused(global: "a call of an element type"))
    }
  }

  /// Python 2 passes a list of pairs; Python 3 nothing, and sets the items afterwards.
  private mutating func orderedDictionary(
    _ arguments: [PickleValue]
  ) throws(ImportError) -> PickleValue {
    let result = heap.dictionary()
    guard !arguments.isEmpty else { return result }
    guard case .dictionary(let target) = result, case .list(let list) = arguments[0] else {
      throw damaged("an ordered dictionary is not made of a list of pairs")
    }
    try spend(heap.sequences[list].count)
    for pair in heap.sequences[list] {
      guard let pair = sequence(pair), pair.count == 2 else {
        throw damaged("an ordered dictionary is not made of a list of pairs")
      }
      heap.dictionaries[target].append((pair[0], pair[1]))
    }
    return result
  }

  /// (storage, offset, shape, strides, requires_grad, backward_hooks)
  private mutating func tensor(_ arguments: [PickleValue]) throws(ImportError) -> PickleValue {
    guard arguments.count >= 4, case .storage(let storage) = arguments[0],
      case .integer(let offset) = arguments[1]
    else { throw damaged("a tensor has no storage or no offset") }
    heap.tensors.append(
      PickleTensor(
        storage: storage,
        offset: Int(offset),
        shape: try sizes(arguments[2]),
        strides: try sizes(arguments[3])
      )
    )
    return .tensor(heap.tensors.count - 1)
  }

  private mutating func sizes(_ value: PickleValue) throws(ImportError) -> [Int] {
    guard let values = sequence(value), values.count <= StridedLayout.maximumRank else {
      throw damaged("a shape is no tuple of at most \(StridedLayout.maximumRank) sizes")
    }
    try spend(values.count)
    var sizes: [Int] = []
    for value in values {
      guard case .integer(let size) = value else { throw damaged("a size is not an integer") }
      sizes.append(Int(size))
    }
    return sizes
  }

  /// ("storage", type, key, location, count), in legacy files with None or (view key, offset, count)
  /// after them.
  mutating func storage(_ identifier: PickleValue) throws(ImportError) -> PickleValue {
    guard case .tuple(let index) = identifier else {
      throw damaged("a persistent identifier is no tuple")
    }
    let fields = heap.sequences[index]
    guard fields.count >= 5, case .string("storage") = fields[0],
      case .global(.storage(let elementType)) = fields[1], case .string(let key) = fields[2],
      case .integer(let count) = fields[4], count >= 0
    else { throw damaged("a persistent identifier is no storage of numbers") }
    var view = 0..<Int(count)
    if fields.count > 5, let part = sequence(fields[5]) {
      guard part.count == 3, case .integer(let offset) = part[1], case .integer(let size) = part[2],
        offset >= 0, size >= 0, offset <= count, size <= count - offset
      else { throw damaged("a view leaves its storage") }
      view = Int(offset)..<Int(offset + size)
    }
    heap.storages.append(
      PickleStorage(key: key, elementType: elementType, count: Int(count), view: view)
    )
    return .storage(heap.storages.count - 1)
  }

  func sequence(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let index), .list(let index): heap.sequences[index]
    default: nil
    }
  }
}
