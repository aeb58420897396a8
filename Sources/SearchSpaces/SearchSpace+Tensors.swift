import Networks

extension SearchSpace {
  /// Every tensor the supernet stores, in state-dict order.
  public func supernetTensors() throws -> [StoredTensor] {
    try network(largest).supernetTensors
  }

  /// Trainable parameters of the supernet, kernel matrices included.
  public func supernetParameters() throws -> Int {
    try supernetTensors().reduce(0) { $0 + ($1.isTrainable ? $1.count : 0) }
  }

  /// Numbers the supernet stores and does not train: running statistics and batch counts.
  public func supernetBuffers() throws -> Int {
    try supernetTensors().reduce(0) { $0 + ($1.isTrainable ? 0 : $1.count) }
  }
}
