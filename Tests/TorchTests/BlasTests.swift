import Foundation
import Testing
import Torch

@Suite struct BlasTests {
  /// The kernels that OpenBLAS takes for a processor that it does not know by its model are twenty years
  /// old: whoever has AVX2 must not get them.
  @Test func theSlowestKernelsAreForTheOldestProcessors() throws {
    let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    _ = TorchRuntime.builtVersion
    guard processor.contains(" avx2 "), processor.contains(" fma "),
      let symbol = dlsym(UnsafeMutableRawPointer(bitPattern: 0), "gotoblas_corename")
    else { return }
    typealias Name = @convention(c) () -> UnsafePointer<CChar>
    let name = String(cString: unsafeBitCast(symbol, to: Name.self)())
    #expect(name.lowercased() != "prescott")
  }
}
