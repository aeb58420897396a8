import Foundation

/// The processor that tests run on: kernels round by its instructions.
package enum Processor {
  /// Whether it has the instructions of the processors that fixtures of trained networks were made on.
  /// Without them sums are added in another order, and a training that goes on for long ends elsewhere.
  package static let hasAVX512: Bool = {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return text.contains("avx512f")
  }()
}
