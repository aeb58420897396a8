extension ForeignCheckpoint {
  /// What a checkpoint holds beside tensors, as far as it is worth a word. Nothing of it is read.
  package struct Rest: Sendable, Hashable {
    static let maximumObjects = 10_000
    static let maximumItems = 300

    /// An item of the outermost dictionary that is not itself a tensor.
    package struct Item: Sendable, Hashable {
      package var name: String
      /// The class of an object.
      package var kind: String?
      /// How many tensors are in it.
      package var tensors: Int
    }

    package internal(set) var items: [Item] = []
    /// Objects that are neither tensors nor plain data, by key: the class, as the file names it.
    package internal(set) var objects: [String: String] = [:]
    /// Whole modules of torch, by class.
    package internal(set) var modules: [String] = []
    /// The class of the only object, where the file holds no dictionary.
    package internal(set) var object: String?

    mutating func addItem(_ name: String, _ kind: String?, tensors: Int) {
      guard items.count < Self.maximumItems else { return }
      items.append(Item(name: name, kind: kind, tensors: tensors))
    }

    mutating func addObject(_ key: String, _ type: String) {
      guard objects.count < Self.maximumObjects else { return }
      objects[key] = type
    }
  }
}
