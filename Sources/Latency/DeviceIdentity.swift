import Foundation
import Torch

/// What a latency depends on besides the network: a table holds for one identity.
package struct DeviceIdentity: Sendable, Hashable, Codable, CustomStringConvertible {
  /// `cpu` or `cuda`.
  package var kind: String
  /// As the system names it, such as `Intel(R) Xeon(R) Processor`.
  package var model: String
  package var threads: Int
  package var libtorch: String

  package init(kind: String, model: String, threads: Int, libtorch: String) {
    self.kind = kind
    self.model = model
    self.threads = threads
    self.libtorch = libtorch
  }

  package var description: String {
    "\(model) (\(kind)), \(threads) thread\(threads == 1 ? "" : "s"), libtorch \(libtorch)"
  }

  /// This machine's, as it runs now.
  package static func current(_ device: Device) -> DeviceIdentity {
    let (kind, model) =
      switch device {
      case .cpu: ("cpu", processorModel())
      case .cuda(let index): ("cuda", graphicsModel(index))
      }
    return DeviceIdentity(
      kind: kind,
      model: model,
      threads: TorchRuntime.threads,
      libtorch: TorchRuntime.builtVersion
    )
  }

  private static func processorModel() -> String {
    field("model name", in: "/proc/cpuinfo") ?? "unknown processor"
  }

  /// The driver lists its devices in folders named by their place on the bus.
  private static func graphicsModel(_ index: Int) -> String {
    let folder = "/proc/driver/nvidia/gpus"
    let places = (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? []
    guard places.indices.contains(index) else { return "unknown CUDA device" }
    return field("Model", in: "\(folder)/\(places[index])/information") ?? "unknown CUDA device"
  }

  /// The value of the first line `name : value`.
  private static func field(_ name: String, in path: String) -> String? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }
}
