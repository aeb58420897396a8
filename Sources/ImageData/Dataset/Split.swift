/// The three disjoint parts of a data set.
public enum Split: String, Sendable, Hashable, Codable, CaseIterable {
  /// Weights are trained and batch norm is calibrated on these.
  case train
  /// Rewards come from these only.
  case search
  /// Final figures come from these only.
  case test
}

/// How many images each split gets. What is `nil` is chosen: a tenth of the training images for
/// `search`, the source's own test part (or a sixth of all images) for `test`, the rest for `train`.
public struct SplitSizes: Hashable, Sendable, Codable {
  public var train: Int?
  public var search: Int?
  public var test: Int?

  public init(train: Int? = nil, search: Int? = nil, test: Int? = nil) {
    self.train = train
    self.search = search
    self.test = test
  }
}
