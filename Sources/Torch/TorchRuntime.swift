import CTorch

/// libtorch's process-wide settings. Call ``start(threads:flushingDenormals:)`` once, first thing in the
/// program: results are reproducible only for a fixed number of threads.
public enum TorchRuntime {
  /// Flushes denormals and sets the number of threads of libtorch; OpenBLAS gets one.
  ///
  /// Denormals slow untrained networks down several-fold. Flushing them holds for the calling thread
  /// and those it starts, and for all arithmetic there, not only libtorch's: where the thread is
  /// shared with other work, as in tests, leave them.
  ///
  /// Big tensors come and go with every step, and glibc gives their memory back to the system each
  /// time: a program should link an allocator that keeps it, as `regnas` does (`CAllocator`).
  ///
  /// Throws ``TorchError`` when the library loaded is not the one compiled against.
  public static func start(threads: Int, flushingDenormals: Bool = true) throws {
    if let linked = try linkedVersion(), linked != builtVersion {
      throw TorchError(
        operation: "start",
        message: "compiled against libtorch \(builtVersion) but \(linked) was loaded; "
          + "check LIBTORCH at build time and LD_LIBRARY_PATH now"
      )
    }
    try check("start") { rt_configure(Int32(threads), flushingDenormals, $0) }
    try setTF32(false)
  }

  public static var threads: Int { Int(rt_threads()) }

  /// Runs `body` with one thread: for work of many small operations, which threads only delay (on a
  /// busy machine a hundredfold), and whose result must not depend on their number.
  public static func withOneThread<T>(_ body: () throws -> T) rethrows -> T {
    try withThreads(1, body)
  }

  /// Runs `body` with another number of threads for the operations that this thread calls.
  public static func withThreads<T>(_ count: Int, _ body: () throws -> T) rethrows -> T {
    let before = rt_threads()
    guard before != count else { return try body() }
    rt_switch_threads(Int32(count))
    defer { rt_switch_threads(before) }
    return try body()
  }

  /// The libtorch this program was compiled against, without build tags: `1.13.1`.
  public static var builtVersion: String { plain(String(cString: rt_build_version())) }

  /// The version that the loaded library reports, or nil if it reports none.
  public static func linkedVersion() throws -> String? {
    let text = try configuration()
    guard let range = text.range(of: "TORCH_VERSION=") else { return nil }
    return plain(text[range.upperBound...].prefix { !",; \n".contains($0) })
  }

  /// libtorch's own account of how it was built.
  public static func configuration() throws -> String {
    var text: UnsafeMutablePointer<CChar>?
    try check("configuration") { rt_linked_configuration(&text, $0) }
    defer { rt_free_message(text) }
    return text.map { String(cString: $0) } ?? ""
  }

  public static func cudaDeviceCount() throws -> Int {
    var count: Int32 = 0
    try check("counting CUDA devices") { rt_cuda_device_count(&count, $0) }
    return Int(count)
  }

  /// Waits until everything queued on `device` is done. Needed before reading a clock.
  public static func synchronize(_ device: Device) throws {
    try check("synchronize") { rt_synchronize(device.code, $0) }
  }

  /// Whether a GPU may round the inputs of float32 products and convolutions to TF32, which has 10 bits
  /// of mantissa instead of 23. ``start(threads:flushingDenormals:)`` says no; libtorch's own default
  /// lets convolutions do so.
  public static func setTF32(_ isAllowed: Bool) throws {
    try check("setTF32") { rt_set_tf32(isAllowed, $0) }
  }

  /// Refuses operations whose result may differ from run to run on a GPU.
  public static func setDeterministic(_ value: Bool) throws {
    try check("setDeterministic") { rt_set_deterministic(value, $0) }
  }

  private static func plain(_ version: some StringProtocol) -> String {
    String(version.prefix { $0.isNumber || $0 == "." })
  }
}
