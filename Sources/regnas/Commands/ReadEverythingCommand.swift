import ArgumentParser
import Foundation
import HDF5

/// The other process of `UnsealedFileCheck`. Not for people.
struct ReadEverythingCommand: ParsableCommand {
  static let name = "read-everything"
  static let tooLittleMemory: Int32 = 3

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Read every object of an HDF5 file, and end.",
    shouldDisplay: false
  )

  @Argument(help: "The file.")
  var file: String

  func run() throws {
    // The process that waits decides what an interruption means.
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_IGN) }
    // The limit of time ends this process, whatever the one that started it does about its own.
    signal(SIGXCPU, SIG_DFL)
    Signals.unblock(SIGXCPU)
    let attributes = try? FileManager.default.attributesOfItem(atPath: file)
    let fileSize = attributes?[.size] as? Int ?? 0
    limit(fileSize: fileSize)
    // What unpacks to much more than the file may take its time, block by block: 20 MB a second at
    // least. A block that never ends gets no more.
    var seconds = Double(Self.seconds(fileSize: fileSize))
    let hadMemory = UnsealedFiles.$check.withValue(nil) {
      UnsealedFiles.readEverything(in: file) { bytes in
        seconds += Double(bytes) / 20e6
        set(RLIMIT_CPU, Int(seconds))
      }
    }
    // At once: what a damaged file left behind is not to be tidied up.
    _exit(hadMemory ? 0 : Self.tooLittleMemory)
  }

  /// Far more than reading a sound file takes.
  private func limit(fileSize: Int) {
    set(RLIMIT_CORE, 0)
    set(RLIMIT_CPU, Self.seconds(fileSize: fileSize))
    #if os(Linux)
      // Pages; libraries have some already.
      let statistics = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
      if let pages = statistics.split(separator: " ").first.flatMap({ Int($0) }) {
        set(RLIMIT_AS, pages * Int(sysconf(Int32(_SC_PAGESIZE))) + 1 << 30 + 2 * fileSize)
      }
    #endif
  }

  private static func seconds(fileSize: Int) -> Int { 5 + fileSize / 5_000_000 }

  /// The first limit only: it must stay possible to raise it.
  private func set(_ resource: __rlimit_resource, _ value: Int) {
    var limit = rlimit()
    getrlimit(Int32(resource.rawValue), &limit)
    limit.rlim_cur = min(rlim_t(value), limit.rlim_max)
    setrlimit(Int32(resource.rawValue), &limit)
  }
}
