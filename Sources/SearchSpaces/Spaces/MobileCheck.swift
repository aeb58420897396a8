import Networks

/// Validates what the configurations of the two mobile spaces share.
struct MobileCheck {
  var space: String
  var inputChannels: Int
  var classes: Int
  var resolutions: [Int]
  var widthMultiplier: Double
  var stages: [MobileStage]
  var kernels: [Int]
  var expands: [Double]
  var dropout: Double
  var norm: BatchNormSettings

  func validate() throws(SpaceError) {
    let check = ConfigurationCheck(space: space)
    try check.positive("inputChannels", inputChannels)
    try check.positive("classes", classes)
    try check.choices("resolutions", resolutions, atLeast: 1)
    try check.scale("widthMultiplier", widthMultiplier)
    try check.kernels("kernels", kernels)
    try check.ratios("expands", expands)
    try check.probability("dropout", dropout)
    try check.norm(norm)
    try check.stages(stages)
    for (index, stage) in stages.enumerated() {
      try check.positive("stages[\(index)].width", stage.width)
      try check.positive("stages[\(index)].stride", stage.stride)
      try check.choices("stages[\(index)].depths", stage.depths, atLeast: 1)
    }
  }
}
