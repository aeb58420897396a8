/// A value of the pickle machine. Containers are handles into a ``PickleHeap``, so that a value may
/// contain itself without leaking, and copying one is cheap.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int64)
  /// An integer beyond 64 bits: little-endian two's complement.
  case longInteger([UInt8])
  case string(String)
  /// Data that no state dict needs: real numbers, bytes, sets.
  case opaque
  case global(PickleGlobal)
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  case storage(Int)
  case tensor(Int)
  /// What a name that is none of ours would have made: only that name. Nothing was called.
  case foreign(String)
}

/// The storage that a persistent identifier names: elements in a row, shared by tensors.
struct PickleStorage {
  var key: String
  var elementType: ForeignElementType
  /// Elements of the whole storage.
  var count: Int
  /// The part of it that the name stands for.
  var view: Range<Int>
}

/// A tensor as the pickle describes it.
struct PickleTensor {
  var storage: Int
  var offset: Int
  var shape: [Int]
  var strides: [Int]
}

/// What the handles of ``PickleValue`` point to.
struct PickleHeap {
  /// Tuples and lists.
  var sequences: [[PickleValue]] = []
  /// Items in the order they were set; a key set twice appears twice.
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  var storages: [PickleStorage] = []
  var tensors: [PickleTensor] = []
  /// Classes of whole modules (of `torch.nn`) that the pickle describes, each once, the first few.
  private(set) var modules: [String] = []
  /// The first type of storage whose elements cannot be read.
  var unreadableStorage: String?

  mutating func addModule(_ name: String) {
    if modules.count < 10, !modules.contains(name) { modules.append(name) }
  }

  mutating func tuple(_ values: [PickleValue]) -> PickleValue {
    sequences.append(values)
    return .tuple(sequences.count - 1)
  }

  mutating func list(_ values: [PickleValue]) -> PickleValue {
    sequences.append(values)
    return .list(sequences.count - 1)
  }

  mutating func dictionary() -> PickleValue {
    dictionaries.append([])
    return .dictionary(dictionaries.count - 1)
  }
}
