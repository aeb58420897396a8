// What names stand for when a pickle calls them. Nothing is called: each of the few known cases makes
// the one value that the function of torch would return, and every other a placeholder.
extension PickleMachine {
  mutating func call(
    _ callee: PickleValue,
    _ arguments: PickleValue
  ) throws(ImportError) -> PickleValue {
    guard case .tuple(let index) = arguments else {
      throw damaged("it calls something without arguments")
    }
    let arguments = heap.sequences[index]
    // A method of a placeholder gives a placeholder.
    if case .foreign(let name) = callee { return .foreign(name) }
    guard case .global(let global) = callee else {
      throw damaged("it calls something that has no name")
    }
    switch global {
    case .dictionary: return try dictionary(arguments)
    case .rebuildTensor: return try tensor(arguments)
    case .rebuildFromType:
      // (function, type, its arguments, attributes)
      guard arguments.count >= 3, case .global(let function) = arguments[0],
        case .tuple(let inner) = arguments[2]
      else { throw damaged("a tensor has no arguments") }
      guard function == .rebuildTensor else { return .foreign(function.name) }
      return try tensor(heap.sequences[inner])
    case .rebuildParameter:
      // (data, requires_grad, backward_hooks)
      switch arguments.first {
      case .tensor?, .foreign?: return arguments[0]
      default: throw damaged("a parameter has no tensor")
      }
    case .size:
      guard case .tuple? = arguments.first else { throw damaged("a torch.Size has no sizes") }
      return arguments[0]
    case .storage: return .foreign(global.name)
    case .foreign(let name): return placeholder(name, arguments)
    }
  }

  /// What a call of a foreign name would have made. Of functions that only make an object of a class,
  /// the class is the name that says something.
  private func placeholder(_ name: String, _ arguments: [PickleValue]) -> PickleValue {
    let makers = ["copy_reg._reconstructor", "copyreg._reconstructor", "copyreg.__newobj__"]
    if makers.contains(name), case .global(let global)? = arguments.first {
      return .foreign(global.name)
    }
    if name.hasPrefix("numpy."), name.hasSuffix(".multiarray._reconstruct") {
      return .foreign("numpy.ndarray")
    }
    if name.hasPrefix("numpy."), name.hasSuffix(".multiarray.scalar") {
      return .foreign("a NumPy number")
    }
    return .foreign(name)
  }

  /// An object of a class, with or without arguments: a dictionary, if the class is one.
  mutating func object(of type: PickleValue) throws(ImportError) -> PickleValue {
    switch type {
    case .global(.dictionary): heap.dictionary()
    case .global(let global): .foreign(global.name)
    case .foreign(let name): .foreign(name)
    default: throw damaged("it makes an object of something that is no class")
    }
  }

  /// Attributes that an object is given. Only of a module of torch do they tell anything: what it is.
  mutating func build(_ target: PickleValue, _ state: PickleValue) throws(ImportError) {
    switch target {
    case .foreign(let name):
      guard case .dictionary(let index) = state else { return }
      try spend(heap.dictionaries[index].count)
      for (key, _) in heap.dictionaries[index] {
        if case .string("_parameters") = key { return heap.addModule(name) }
      }
    // An ordered dictionary carries the versions of its modules as an attribute.
    case .dictionary, .list, .tensor: return
    default: throw damaged("it gives attributes to something that has none")
    }
  }

  /// Python 2 passes a list of pairs; Python 3 nothing, and sets the items afterwards.
  /// A default dictionary is made with what makes its missing values.
  private mutating func dictionary(
    _ arguments: [PickleValue]
  ) throws(ImportError) -> PickleValue {
    let result = heap.dictionary()
    switch arguments.first {
    case nil, .global?, PickleValue.none?, .foreign?: return result
    default: break
    }
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
    if case .foreign(let name)? = arguments.first { return .foreign(name) }
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
    // ("module", class, file, source): the class of a whole module in a legacy file.
    if fields.count >= 2, case .string("module") = fields[0] { return fields[1] }
    if fields.count >= 5, case .string("storage") = fields[0],
      case .global(.foreign(let name)) = fields[1]
    {
      heap.unreadableStorage = heap.unreadableStorage ?? name
      return .foreign(name)
    }
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
