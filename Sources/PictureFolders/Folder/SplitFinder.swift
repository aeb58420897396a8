import ImageData

/// Decides by the names and contents of the folders on top which of them are splits.
struct SplitFinder {
  let root: FolderNode
  let path: String
  /// Folders with a role and with pictures.
  let roles: [(node: FolderNode, role: SplitRole)]
  /// Folders without a role, but with pictures.
  let others: [FolderNode]

  init(root: FolderNode, path: String) {
    self.root = root
    self.path = path
    let filled = root.filled
    var roles = filled.compactMap { node in SplitRole(node.name).map { (node, $0) } }
    if roles.isEmpty {
      // Less certain names count only if the folders agree on classes.
      let loose = filled.compactMap { node in SplitRole(loosely: node.name).map { (node, $0) } }
      if Self.agree(loose) { roles = loose }
    }
    self.roles = roles
    others = filled.filter { node in !roles.contains { $0.0 === node } }
  }

  private var train: [FolderNode] { roles.filter { $0.role == .train }.map(\.node) }
  private var names: String { roles.map { "'\($0.node.name)'" }.joined(separator: ", ") }

  func decide() throws -> FolderSplits? {
    try refuseNumberedSplits()
    if roles.isEmpty {
      try refuseSplitsBelow()
      return nil
    }
    if Self.agree(roles) { return try splits() }
    if others.isEmpty {
      // Where there is no training folder, this is refused there.
      let decisive = train.isEmpty ? roles.map(\.node) : train
      if decisive.contains(where: { !Self.unwrapped($0).filled.isEmpty }) { return try splits() }
    } else if roles.allSatisfy({ $0.node.ownCount > 0 || isLikeOthers($0.node) }) {
      return nil
    }
    throw ambiguous()
  }

  func splits() throws -> FolderSplits {
    guard let first = train.first else {
      throw ImageDataError(
        .badData,
        path,
        "there is no folder 'train'" + (roles.isEmpty ? "" : " beside \(names)"),
        remedy: others.isEmpty && roles.count == 1
          ? "To divide its images into all splits, import \(path)/\(roles[0].node.path) itself; else "
            + "put the training images into a folder 'train'."
          : "Put the training images into a folder 'train', or give --layout classes if every folder "
            + "here is a class."
      )
    }
    guard train.count == 1 else { throw twice("training", train) }
    var splits = FolderSplits(train: Self.unwrapped(first))
    var held: [SplitRole: [FolderNode]] = [:]
    for (node, role) in roles {
      let inner = Self.unwrapped(node)
      splits.loose += node.files + (inner === node ? [] : inner.files)
      // Without class folders its pictures have no labels.
      if role != .train && !inner.filled.isEmpty {
        if Self.isUnlabelled(inner, splits.train) {
          splits.loose += inner.filled.flatMap(\.pictures)
        } else {
          held[role, default: []].append(inner)
        }
      }
    }
    let undecided = held[.heldOut] ?? []
    let isTest = (held[.test] ?? []).isEmpty
    held[isTest ? .test : .validation, default: []] += undecided
    if let test = held[.test], test.count > 1 { throw twice("test", test) }
    if let search = held[.validation], search.count > 1 { throw twice("validation", search) }
    splits.test = held[.test]?.first
    splits.search = held[.validation]?.first
    splits.notes = others.map {
      ImportNote("pictures of '\($0.path)' left out: it is no split", count: $0.pictureCount)
    }
    splits.assignValidation()
    return splits
  }

  /// `bus/images` and `train/images`: two classes.
  private func isLikeOthers(_ node: FolderNode) -> Bool {
    let below = Set(node.filled.map(\.name))
    return others.contains { !below.isDisjoint(with: $0.filled.map(\.name)) }
  }

  /// Whether a training folder and another one hold a class of the same name.
  private static func agree(_ roles: [(FolderNode, SplitRole)]) -> Bool {
    let train = roles.filter { $0.1 == .train }
      .flatMap { unwrapped($0.0).filled.map(\.name) }
    let others = roles.filter { $0.1 != .train }
      .flatMap { unwrapped($0.0).filled.map(\.name) }
    return !Set(train).isDisjoint(with: others)
  }

  /// `test/images`: one folder of all pictures, by its name, whatever their classes.
  private static func isUnlabelled(_ node: FolderNode, _ train: FolderNode) -> Bool {
    let general: Set = [
      "images", "imgs", "pictures", "photos", "unknown", "unlabeled", "unlabelled",
    ]
    guard node.filled.count == 1, let only = node.filled.first else { return false }
    return general.contains(only.name.lowercased())
      && !train.filled.contains { $0.name == only.name }
  }

  /// `seg_train/seg_train/class`: archives often wrap a folder in one of the same name.
  private static func unwrapped(_ node: FolderNode) -> FolderNode {
    guard node.ownCount == 0, node.filled.count == 1, let only = node.filled.first,
      only.name == node.name, !only.filled.isEmpty
    else { return node }
    return only
  }

  /// `train` beside `test1`, `fold0` beside `fold1`: too like splits to be classes without a word.
  private func refuseNumberedSplits() throws {
    let stems = root.filled.map { node in
      var stem = node.name[...]
      while let last = stem.last, last.isNumber || last == "_" || last == "-" { stem.removeLast() }
      return stem.lowercased()
    }
    let numbered = zip(root.filled, stems).filter { $0.name.lowercased() != $1 }
    let found = Set(stems.compactMap { SplitRole($0) })
    let areSplits = found.contains(.train) && found.count > 1 && !Self.agree(roles)
    let areFolds = !stems.isEmpty && stems.allSatisfy { $0 == "fold" }
    guard !numbered.isEmpty, areSplits || areFolds else { return }
    throw ImageDataError(
      .badData,
      path,
      "\(Self.list(root.filled)) look like splits, not like classes",
      remedy: areFolds
        ? "Import one of these folders, or give --layout classes if every folder here is a class."
        : "Call them 'train' and 'test', with a folder for each class in them; or give --layout classes "
          + "if every folder here is a class."
    )
  }

  /// Classes that are divided themselves would put test images among the training images, and the
  /// parts of a data set (`a/train` beside `b/train`) would become classes.
  private func refuseSplitsBelow() throws {
    let found = others.flatMap(Self.withTrainingFolder)
    let divided = found.filter { node in
      found.count > 1 || isAlone(node)
        || node.filled.contains { SplitRole($0.name).map { $0 != .train } ?? false }
    }
    guard let node = divided.first else { return }
    let names = node.filled.map { "'\($0.name)'" }.joined(separator: ", ")
    throw ImageDataError(
      .badData,
      "\(path)/\(node.path)",
      "it holds \(names): splits below a class, by their names",
      remedy: others.count == 1 && found.count == 1
        ? "Import this folder instead, or give --layout classes to make one class of it."
        : "Put the splits on top and the classes below them, or give --layout classes to mix them."
    )
  }

  /// The folders at or below `node` that a folder `train` lies in.
  private static func withTrainingFolder(_ node: FolderNode) -> [FolderNode] {
    guard node.ownCount == 0 else { return [] }
    let isOne = node.filled.contains { SplitRole($0.name) == .train }
    return isOne ? [node] : node.filled.flatMap(withTrainingFolder)
  }

  /// Whether all pictures lie at or below `node`.
  private func isAlone(_ node: FolderNode) -> Bool {
    var level = others
    while level.count == 1, let only = level.first, only !== node { level = only.filled }
    return level.count == 1
  }

  private func ambiguous() -> ImageDataError {
    if others.isEmpty && train.allSatisfy({ Self.unwrapped($0).filled.isEmpty }) {
      let flat = train.isEmpty ? names : train.map { "'\($0.path)'" }.joined(separator: ", ")
      return ImageDataError(
        .badData,
        path,
        "the pictures of \(flat) lie in no class folders",
        remedy: FolderClasses.classesWanted
          + " If \(names) \(roles.count == 1 ? "is a class itself" : "are classes themselves"), give "
          + "--layout classes."
      )
    }
    return ImageDataError(
      .badData,
      path,
      "\(names) may be splits or classes"
        + (others.isEmpty ? "" : ": beside them are \(Self.list(others))"),
      remedy: "Give --layout classes if every folder here is a class, --layout splits if "
        + "the classes are one level below."
    )
  }

  private func twice(_ what: String, _ nodes: [FolderNode]) -> ImageDataError {
    ImageDataError(
      .badData,
      path,
      "there are several folders of \(what) images: \(Self.list(nodes))",
      remedy: "Keep one of them in this folder, or give --layout classes."
    )
  }

  private static func list(_ nodes: [FolderNode]) -> String {
    nodes.prefix(4).map { "'\($0.path)'" }.joined(separator: ", ")
      + (nodes.count > 4 ? ", ..." : "")
  }
}
