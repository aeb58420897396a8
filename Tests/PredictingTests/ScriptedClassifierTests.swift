import FlipMetrics
import ImageData
import RunFixtures
import TestSupport
import Testing
import Torch

@testable import Predicting

/// Models made elsewhere, run on the images of a data set.
@Suite(.serialized) struct ScriptedClassifierTests {
  private let folder: TemporaryFolder
  private let data: ImageDataset

  init() throws {
    folder = try TemporaryFolder()
    try SmallRun.writeData(to: folder.file("data.h5"), seed: 1)
    data = try .open(folder.file("data.h5"))
  }

  /// A module without weights.
  private func module(_ body: String) throws -> String {
    let draft = try TorchScriptDraft(className: "Model")
    try draft.define("def forward(self, x: Tensor):\n    \(body)\n")
    return try folder.put(draft.fileBytes(), "model.pt")
  }

  private func given(
    _ path: String,
    _ preparation: ImagePreparation = ImagePreparation()
  ) throws -> GivenPredictions {
    try GivenPredictions(
      path,
      key: "model",
      images: LabelledImages(data, .test),
      preparation: preparation
    )
  }

  private func refusal(_ body: String, _ preparation: ImagePreparation = .init()) -> String {
    do { return "read: \(try given(module(body), preparation).notes)" } catch { return "\(error)" }
  }

  /// Class 2 where the brightest row is in the upper third, and so on: what the images show.
  @Test func aModelIsRun() throws {
    // Sums of the rows that are lit for each class, from views that ask for contiguous images.
    let body = "return x.view(-1, 16, 16)[:, :12].reshape(-1, 3, 64).mean(2)"
    let found = try given(module(body))
    #expect(found.isModel && found.saysItsImages)
    #expect(found.predictions.accuracy > 0.9)
    #expect(
      found.notes.first?.contains("ran the TorchScript model with colours as they are") == true
    )
    // What ends with a softmax gives the same probabilities.
    let softmax = try given(
      module(body.replacing("return ", with: "y = ") + "\n    return y.softmax(1)")
    )
    #expect(softmax.classes == found.classes)
    let (a, b) = (softmax.predictions.probabilities, found.predictions.probabilities)
    let differences = zip(a?.predicted ?? [], b?.predicted ?? [9]).map { abs($0 - $1) }
    #expect(differences.allSatisfy { $0 < 1e-5 })
  }

  /// One image of two pixels, with the bytes 0, 51, 102 and 204, 153, 255.
  @Test func imagesArePreparedAsAsked() throws {
    let shape = ImageShape(height: 1, width: 2, channels: 3)
    let bytes: [UInt8] = [0, 51, 102, 204, 153, 255]
    func prepared(_ preparation: ImagePreparation) throws -> [Float] {
      try preparation(bytes, shape)
    }
    func isNear(_ found: [Float], _ expected: [Float]) -> Bool {
      found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 }
    }
    #expect(isNear(try prepared(.init()), [0, 0.2, 0.4, 0.8, 0.6, 1]))
    #expect(isNear(try prepared(.init(colours: .bgr)), [0.4, 0.2, 0, 1, 0.6, 0.8]))
    #expect(isNear(try prepared(.init(scale: 255)), [0, 51, 102, 204, 153, 255]))
    let each = ImagePreparation(mean: [0.1, 0.2, 0.3], deviation: [0.5, 0.25, 0.1])
    #expect(isNear(try prepared(each), [-0.2, 0, 1, 1.4, 1.6, 7]))
    let bytesScale = ImagePreparation(scale: 255, mean: [51], deviation: [51])
    #expect(isNear(try prepared(bytesScale), [-1, 0, 1, 3, 2, 4]))
    // 0.299 r + 0.587 g + 0.114 b: 41.6 and 179.9.
    #expect(isNear(try prepared(.init(colours: .grey, scale: 255)), [42, 180]))
    let grey = ImageShape(height: 2, width: 2, channels: 1)
    let wide = try ImagePreparation(colours: .rgb, size: 1, scale: 255)([0, 100, 100, 200], grey)
    #expect(isNear(wide, [100, 100, 100]))
    #expect(throws: PredictingError.self) { try prepared(.init(mean: [0.1, 0.2])) }
    #expect(throws: PredictingError.self) {
      try ImagePreparation(colours: .rgb)([0, 0], ImageShape(height: 1, width: 1, channels: 2))
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    #expect(refusal("return x.flatten(1)[:, :7]").contains("7 classes apart, and there are 3"))
    #expect(refusal("return x.sum()").contains("a tensor of shape []"))
    #expect(refusal("return x.flatten(1)[:, :3] * float('nan')").contains("no numbers (NaN)"))
    #expect(refusal("return {'logits': x}").contains("not a tensor"))
    #expect(refusal("return x.view(-1, 17)").contains("model.pt"))
    let size = refusal("return x.view(-1, 256)[:, :3]", ImagePreparation(size: 8))
    #expect(size.contains("fails for an input"))
    // Without images there is nothing to run.
    let path = try module("return x.flatten(1)[:, :3]")
    let models = [ModelChoice(path), ModelChoice(path)]
    #expect(throws: PredictingError.self) { try ComparedModels(models, split: .test, data: nil) }
    let compared = try ComparedModels(models, split: .test, data: data.path)
    #expect(try compared.compare(0, 1).report.churn == 0)
  }

  @Test func aPreparationThatNobodyNeedsIsSaid() throws {
    let text = try folder.put(data.indices(of: .test).map { _ in "1\n" }.joined(), "p.txt")
    let models = [ModelChoice(text), ModelChoice(text)]
    let compared = try ComparedModels(
      models,
      split: .test,
      data: data.path,
      preparation: ImagePreparation(size: 8)
    )
    #expect(compared.notes.contains { $0.hasPrefix("warning: ") && $0.contains("without effect") })
  }
}
