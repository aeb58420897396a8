import ForeignWeights
import Foundation
import Supernet
import Testing

@Suite struct ForeignTensorTests {
  @Test func tensorsReachLibtorchAsFloat32AndInt64() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/Import/tiny.zip.pt").path
    let made = try ForeignCheckpoint(contentsOf: file).tensors.map { try $0.tensor().summary }
    #expect(made == ["float32[1, 2]", "int64[]"])
  }
}
