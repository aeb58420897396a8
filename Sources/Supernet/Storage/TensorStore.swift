import Networks
import SearchSpaces
import Torch

/// The tensors of a network by name, and the slices and filters that layers take from them.
package struct TensorStore {
  private(set) var tensors: [String: Tensor]

  package init(_ tensors: [String: Tensor]) { self.tensors = tensors }

  package subscript(key: String) -> Tensor {
    get throws {
      guard let tensor = tensors[key] else { throw SupernetError.missingTensors([key]) }
      return tensor
    }
  }

  /// The leading slice that a layer uses.
  package func slice(_ slice: WeightSlice, _ formulation: Formulation = .fast) throws -> Tensor {
    try leading(slice.key, slice.active, formulation)
  }

  private func leading(
    _ key: String,
    _ sizes: [Int],
    _ formulation: Formulation,
    inImageOrder: Bool = false
  ) throws -> Tensor {
    switch formulation {
    case .fast:
      return try self[key].parameterSlice(sizes, channelsLast: inImageOrder)
    case .plain:
      let slice = try self[key].leading(sizes)
      return inImageOrder ? try slice.contiguous() : slice
    }
  }

  /// The leading `count` elements of a vector, a view.
  package func vector(_ key: String, count: Int) throws -> Tensor { try self[key].leading([count]) }

  /// The weight a convolution runs with: sliced, its kernel transformed, in the memory order of the
  /// images so that sliced and extracted weights take the same path through libtorch.
  package func filter(
    _ convolution: Convolution,
    _ formulation: Formulation = .fast
  ) throws -> Tensor {
    let (stored, active) = (convolution.storedKernel, convolution.kernel)
    let (key, shape) = (convolution.weight.key, convolution.weight.active)
    guard active < stored else {
      return try leading(key, shape, formulation, inImageOrder: true)
    }
    var filter = try leading(key, [shape[0], shape[1], stored, stored], formulation)
    for matrix in convolution.activeKernelMatrices {
      let flat = try filter.center(matrix.target)
        .reshaped([shape[0] * shape[1], matrix.target * matrix.target])
      filter = try flat.linear(self[matrix.key])
        .reshaped([shape[0], shape[1], matrix.target, matrix.target])
    }
    // Without matrices a smaller kernel is the centre of the larger.
    return try formulation.ordered(filter.center(active))
  }
}

extension Tensor {
  /// The centre `size` x `size` window of the last two of four dimensions, a view.
  fileprivate func center(_ size: Int) throws -> Tensor {
    let margin = (self.size(3) - size) / 2
    guard margin > 0 else { return self }
    return try narrowed(2, from: margin, count: size).narrowed(3, from: margin, count: size)
  }
}
