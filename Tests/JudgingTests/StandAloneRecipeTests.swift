import Testing
import Training

@testable import Judging

/// Networks that were trained alone by version 0.1.0 are found again by the text of their recipe.
@Suite struct StandAloneRecipeTests {
  @Test func theTextOfARecipeIsThatOfVersion0_1_0() throws {
    var configuration = TrainingConfiguration()
    configuration.epochs = 3
    configuration.warmUpEpochs = 0.7
    func text() throws -> String {
      try StandAloneRecipe(
        configuration,
        TrainingPlan(alone: configuration, stepsPerEpoch: 10)
      ).json()
    }
    let plain = """
      {"averaging":0,"distillation":"in-place","distillationWeight":1,"dropoutOnlyInLargest":true,\
      "finalLearningRate":0,"gradients":"sum","labelSmoothing":0.1,"learningRate":0.1,\
      "momentum":0.9,"phases":[],"precision":"float32","randomSubnets":2,"sampling":"uniform",\
      "sandwich":true,"steps":30,"updates":"batch","warmUpSteps":7,"weightDecay":3e-05}
      """
    #expect(try text() == plain)
    configuration.randomSubnets = 1
    configuration.schedule = .progressiveShrinking
    configuration.gradientClip = 5
    configuration.averageDecay = 0.9
    configuration.precision = .bfloat16
    let other = """
      {"averaging":0.9,"distillation":"in-place","distillationWeight":1,\
      "dropoutOnlyInLargest":true,"finalLearningRate":0,"gradientClipping":5,"gradients":"sum",\
      "labelSmoothing":0.1,"learningRate":0.1,"momentum":0.9,"phases":[],"precision":"bfloat16",\
      "randomSubnets":2,"sampling":"uniform","sandwich":true,"steps":30,"updates":"batch",\
      "warmUpSteps":7,"weightDecay":3e-05}
      """
    #expect(try text() == other)
  }
}
