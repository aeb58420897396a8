import Networks
import SearchSpaces
import Supernet
import Torch

/// The final family of a run: one network per budget, each containing the smaller ones.
public struct Family {
  public var members: [Member]
  public var report: FamilyReport

  public struct Member {
    public var architecture: Architecture
    /// Class predicted per image, in the order of the split.
    public var searchPredictions: [Int32]
    public var testPredictions: [Int32]
    /// The network by itself: tensors under the names of an extracted network, calibrated
    /// statistics included.
    public var weights: [String: Tensor]

    package init(
      architecture: Architecture,
      searchPredictions: [Int32],
      testPredictions: [Int32],
      weights: [String: Tensor]
    ) {
      self.architecture = architecture
      self.searchPredictions = searchPredictions
      self.testPredictions = testPredictions
      self.weights = weights
    }
  }

  package init(
    members: [Member],
    report: FamilyReport
  ) {
    self.members = members
    self.report = report
  }
}
