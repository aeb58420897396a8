import Torch

/// The operators that move a window over a map.
extension NodeReader {
  /// A square window that moves equally far in both directions, over a map padded equally on all sides.
  private struct Window {
    var kernel: Int
    var stride: Int
    var padding: Int
  }

  private mutating func window() throws(ONNXError) -> Window {
    let kernel = try ints("kernel_shape", default: [])
    let strides = try ints("strides", default: [1, 1])
    let pads = try ints("pads", default: [0, 0, 0, 0])
    let dilations = try ints("dilations", default: [1, 1])
    guard kernel.count == 2, strides.count == 2, pads.count == 4, dilations == [1, 1],
      kernel[0] == kernel[1], strides[0] == strides[1], pads.allSatisfy({ $0 == pads[0] }),
      kernel[0] > 0, strides[0] > 0, pads[0] >= 0
    else {
      throw unsupported(
        "its window is \(kernel), moves by \(strides), is dilated by \(dilations) and its padding is "
          + "\(pads): regnas runs square ones"
      )
    }
    return Window(kernel: kernel[0], stride: strides[0], padding: pads[0])
  }

  mutating func convolution() throws -> Tensor {
    let window = try window()
    let groups = try int("group", default: 1)
    try finish()
    let inputs = try inputs(2, 3)
    guard inputs[1].rank == 4, inputs[1].shape.suffix(2) == [window.kernel, window.kernel],
      groups > 0
    else {
      throw unsupported(
        "its weight is \(inputs[1].shape) for a kernel of \(window.kernel) and \(groups) groups"
      )
    }
    return try map(of: inputs).convolved(
      with: inputs[1],
      bias: inputs.count == 3 ? inputs[2] : nil,
      stride: window.stride,
      padding: window.padding,
      groups: groups
    )
  }

  mutating func maxPool() throws -> Tensor {
    let window = try window()
    try require("ceil_mode", 0, default: 0)
    return try map(of: finished(1)).maxPooled(
      kernel: window.kernel,
      stride: window.stride,
      padding: window.padding
    )
  }

  mutating func averagePool() throws -> Tensor {
    let window = try window()
    try require("ceil_mode", 1, default: 0)
    try require("count_include_pad", 0, default: 0)
    guard window.padding == 0 else { throw unsupported("its padding is \(window.padding)") }
    return try map(of: finished(1)).averagePooled(kernel: window.kernel, stride: window.stride)
  }

  /// The inputs, when all attributes were read.
  private func finished(_ count: Int) throws(ONNXError) -> [Tensor] {
    try finish()
    return try inputs(count)
  }
}
