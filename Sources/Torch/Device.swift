/// Where a tensor lives and is computed on.
public enum Device: Sendable, Hashable, CustomStringConvertible {
  case cpu
  case cuda(Int)

  /// From `cpu`, `cuda`, `cuda:N`, or `auto` (the first CUDA device, else the processor).
  ///
  /// Throws ``DeviceError`` for another name, or a CUDA device that is not there.
  public init(_ name: String) throws {
    switch name {
    case "cpu":
      self = .cpu
    case "auto":
      self = try TorchRuntime.cudaDeviceCount() > 0 ? .cuda(0) : .cpu
    default:
      guard let index = Self.cudaIndex(of: name) else {
        throw DeviceError(name: name, reason: "devices are named \(Self.names)", isName: false)
      }
      let count = try TorchRuntime.cudaDeviceCount()
      guard index < count else {
        throw DeviceError(
          name: name,
          reason: count == 0
            ? "this libtorch sees no CUDA device; use --device cpu, or build with LIBTORCH=<dir> of a CUDA build"
            : "there are \(count) CUDA devices, numbered from 0"
        )
      }
      self = .cuda(index)
    }
  }

  /// What a device may be called.
  package static let names = "auto, cpu, cuda or cuda:N"

  /// Whether a device may be called so, be it there or not.
  package static func isName(_ text: String) -> Bool {
    ["auto", "cpu"].contains(text) || cudaIndex(of: text) != nil
  }

  private static func cudaIndex(of name: String) -> Int? {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    guard parts[0] == "cuda", parts.count <= 2 else { return nil }
    guard parts.count == 2 else { return 0 }
    return Int(parts[1]).flatMap { $0 >= 0 ? $0 : nil }
  }

  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }

  /// The shim's number: -1 for the processor.
  var code: Int32 {
    switch self {
    case .cpu: -1
    case .cuda(let index): Int32(index)
    }
  }

  init(code: Int32) { self = code < 0 ? .cpu : .cuda(Int(code)) }
}
