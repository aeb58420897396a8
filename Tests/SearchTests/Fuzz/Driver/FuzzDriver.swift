import Foundation

/// The program that `Scripts/fuzz` builds: libFuzzer around one reader.
///
///     regnas-fuzz                             names of the readers, one a line
///     FUZZ_READER=name regnas-fuzz --seeds D  writes what to begin from into folder D
///     FUZZ_READER=name regnas-fuzz ...        libFuzzer, with its own options
@main enum FuzzDriver {
  private typealias Callback = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
  private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

  @_silgen_name("LLVMFuzzerRunDriver")
  private static func runFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<Arguments>,
    _ callback: Callback
  ) -> Int32

  private static let name = ProcessInfo.processInfo.environment["FUZZ_READER"]
  private static let reader = Reader.all.first { $0.name == name }
  /// In memory: the disk would be the slowest part.
  private static let folder = "/dev/shm/regnas-fuzz-\(getpid())"

  static func main() throws {
    guard let reader: Reader = reader else {
      print(Reader.all.map(\.name).joined(separator: "\n"))
      return
    }
    if CommandLine.arguments.count == 3, CommandLine.arguments[1] == "--seeds" {
      for (index, seed) in reader.seeds.enumerated() {
        let path = "\(CommandLine.arguments[2])/seed-\(index)"
        try Data(seed).write(to: URL(fileURLWithPath: path))
      }
      return
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(atPath: FuzzDriver.folder) }
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    exit(
      runFuzzer(&count, &arguments) { bytes, count in
        let input = Array(UnsafeBufferPointer(start: bytes, count: count))
        try? FuzzDriver.reader?.run(input, in: FuzzDriver.folder)
        return 0
      }
    )
  }
}
