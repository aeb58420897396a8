import Foundation
import Networks
import RandomStreams
import SearchSpaces

/// Initial values as Once-for-All's `he_fout`: convolutions normal with deviation
/// `sqrt(2 / (kernel^2 * out))` (He et al., ICCV 2015, fan out; groups ignored), the classifier
/// uniform in `+-1 / sqrt(in)`, biases 0, batch norm 1 and 0, kernel matrices the identity.
struct Initialization {
  /// Tensor number `i` draws from substream `i`.
  var random: RandomStream

  func values(_ tensor: StoredTensor, index: Int) -> [Float] {
    var values = [Float](repeating: tensor.neutralValue, count: tensor.count)
    var random = random.substream(UInt64(index))
    switch tensor.role {
    case .convolutionWeight:
      let fan = Double(tensor.shape[0] * tensor.shape[2] * tensor.shape[3])
      random.fillNormal(&values, standardDeviation: (2 / fan).squareRoot())
    case .linearWeight:
      let bound = 1 / Float(tensor.shape[1]).squareRoot()
      random.fillUniform(&values, low: -bound, high: bound)
    case .kernelMatrix:
      let side = tensor.shape[0]
      for i in 0..<side { values[i * side + i] = 1 }
    case .bias, .normWeight, .normBias, .runningMean, .runningVariance, .batchesTracked:
      break
    }
    return values
  }
}

extension StoredTensor {
  fileprivate var neutralValue: Float {
    switch role {
    case .normWeight, .runningVariance: 1
    default: 0
    }
  }
}
