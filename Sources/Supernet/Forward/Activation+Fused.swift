import Networks
import SearchSpaces
import Torch

extension Activation {
  /// The same activation as part of another operation; nil where it is never part of one.
  var fused: FusedActivation? {
    switch self {
    case .identity: .identity
    case .relu: .relu
    case .relu6: .relu6
    case .hardSwish: .hardSwish
    case .hardSigmoid: nil
    }
  }
}
