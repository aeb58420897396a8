import Configuration
import RunFixtures
import TestSupport
import Testing

@testable import Search

@Suite struct TrainingBatchesTests {
  /// Indices are those of the data set, image by image, wherever a training goes on.
  @Test(arguments: [0, 3, 9])
  func batchesKnowTheirImages(step: Int) throws {
    let small = try SmallRun()
    let setting = try RunSetting(small.configuration)
    let batch = try setting.images.trainingBatches(from: step).next()
    #expect(batch.count == 16 && Set(batch.indices).count == 16)
    let training = Set(setting.data.indices(of: .train))
    #expect(training.isSuperset(of: batch.indices))
    let labels = try batch.labels.array(Int64.self)
    #expect(labels == batch.indices.map { Int64(setting.data.labels[$0]) })
  }
}
