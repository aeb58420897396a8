import ForeignWeights
import Networks
import SearchSpaces

/// The space that imported weights are for: what was asked for, and where nothing was, what the
/// checkpoint shows.
struct ImportedSpace {
  /// What was asked for; nil, or empty, for nothing.
  struct Images {
    var channels: Int?
    var classes: Int?
    var resolutions: [Int] = []
  }

  var name: String
  var images: Images
  var widthMultiplier: Double?
  var choice: WeightChoice

  /// The space, and the plan for the weights; problems of the plan are left to be shown.
  func fit(_ checkpoint: ForeignCheckpoint) throws -> (any ConfiguredSpace, ImportPlan) {
    let usual = try SpaceRegistry.preset(named: name).usualImages
    var task = ImageTask(
      channels: images.channels ?? usual.channels,
      classes: images.classes ?? usual.classes,
      resolutions: images.resolutions.isEmpty ? usual.resolutions : images.resolutions
    )
    var space = try makeSpace(task)
    var plan = try self.plan(checkpoint, space)
    let shown = try Self.images(in: plan, of: space, task)
    guard shown != task else { return (space, plan) }
    var other = task
    if images.classes == nil { other.classes = shown.classes }
    if images.channels == nil { other.channels = shown.channels }
    if other != task, let fitting = try? makeSpace(other) {
      space = fitting
      plan = try self.plan(checkpoint, space)
      plan.notes.append(
        "the space is made for \(other.classes) classes and \(Self.channels(other.channels)), as the "
          + "checkpoint is"
      )
      task = other
    }
    if !plan.problems.isEmpty, shown != task {
      plan.hint =
        "The checkpoint is for \(shown.classes) classes and \(Self.channels(shown.channels)). Import "
        + "it as it is, without --classes, --channels and --data, and give it as supernet.initial: "
        + "all but the head is taken then."
    }
    return (space, plan)
  }

  private static func channels(_ count: Int) -> String {
    "\(count) channel\(count == 1 ? "" : "s")"
  }

  private func makeSpace(_ task: ImageTask) throws -> any ConfiguredSpace {
    let space = try SpaceRegistry.makeSpace(name: name, images: task)
    return try widthMultiplier.map { try space.scaled(to: $0) } ?? space
  }

  private func plan(
    _ checkpoint: ForeignCheckpoint,
    _ space: any SearchSpace
  ) throws -> ImportPlan {
    var plan = try ImportPlan(
      checkpoint,
      onto: try space.supernetTensors().map { .init(key: $0.key, shape: $0.shape) },
      choice: choice
    )
    if plan.problems.count > Self.fewProblems {
      plan.hint = try betterSpace(for: checkpoint).map {
        "The names and shapes are those of the space '\($0)': --space \($0)."
      }
    }
    return plan
  }

  /// As many as another number of classes and channels makes, and a few.
  private static let fewProblems = 5

  /// The space of another name that the tensors fit, images apart, if one does.
  private func betterSpace(for checkpoint: ForeignCheckpoint) throws -> String? {
    try SpaceRegistry.names.first { other in
      let targets = try SpaceRegistry.makeSpace(name: other).supernetTensors()
        .map { ImportPlan.Target(key: $0.key, shape: $0.shape) }
      guard other != name, let plan = try? ImportPlan(checkpoint, onto: targets, choice: choice)
      else { return false }
      return plan.problems.count <= Self.fewProblems
        && plan.assignments.count > 10 * plan.problems.count
    }
  }

  /// What the shapes of the first convolution and of the classifier show, where all else of them fits.
  private static func images(
    in plan: ImportPlan,
    of space: any SearchSpace,
    _ task: ImageTask
  ) throws -> ImageTask {
    let roles = Dictionary(
      try space.supernetTensors().map { ($0.key, $0.role) },
      uniquingKeysWith: { first, _ in first }
    )
    var shown = task
    for case .wrongShape(_, let target, let found, let expected) in plan.problems
    where found.count == expected.count {
      switch roles[target] {
      case .linearWeight? where found[1] == expected[1] && expected[0] == task.classes:
        shown.classes = found[0]
      case .convolutionWeight?
      where expected[1] == task.channels && found[0] == expected[0]
        && found[2...] == expected[2...]:
        shown.channels = found[1]
      default: break
      }
    }
    return shown
  }
}
