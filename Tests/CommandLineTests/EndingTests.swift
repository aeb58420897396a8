import Foundation
import TestSupport
import Testing

/// However a program is made to end, or kept from printing or from computing, it ends in a defined way,
/// and a run is saved.
@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct EndingTests {
  private let regnas: Regnas
  private var folder: TemporaryFolder { regnas.folder }
  private static let long: Command = "train --config run.yaml --name long --set supernet.epochs=900"

  init() throws { regnas = try Regnas(configuration: SmallData.quickConfiguration) }

  /// Runs a line of a shell, with the program as `$0`, in the folder of the test.
  private func shell(_ line: String) throws -> Program.Result {
    var environment = ProcessInfo.processInfo.environment
    environment["GOMP_SPINCOUNT"] = "1000"
    return try Program(
      "/bin/bash",
      ["-c", line, Regnas.path],
      in: folder,
      environment: environment
    ).finish()
  }

  @Test func outputThatNobodyTakes() throws {
    // A reader that has gone ends the program without a word, as it does others.
    let gone = try shell(
      "for i in 1 2 3; do $0 data info data.h5 --json; done | true; exit ${PIPESTATUS[0]}"
    )
    #expect([0, 128 + SIGPIPE].contains(gone.status) && gone.errors.isEmpty, "\(gone.errors)")
    for line in ["$0 data info data.h5 >/dev/full", "$0 space list >&-", "$0 --help >/dev/full"] {
      let result = try shell(line)
      #expect(result.status == 74, "\(line)")
      #expect(result.errors.hasPrefix("error: standard output: cannot write"), "\(result.errors)")
    }
    #expect(try shell("$0 data info none.h5 2>/dev/full").status == 66)
    #expect(try shell("$0 train --nonsense 2>/dev/full").status == 64)
  }

  /// A run goes on, whatever becomes of its progress lines; the log has what they said.
  @Test(arguments: ["2>/dev/full", "2>&-", "2>&1 | head -1", ">&- 2>&- <&-"])
  func aRunOutlivesItsReaders(_ redirection: String) throws {
    let result = try shell(
      "$0 train --config run.yaml --name x \(redirection); exit ${PIPESTATUS[0]}"
    )
    #expect(result.status == 0)
    #expect(folder.text("checkpoints/x/run.json").contains("\"finished\""))
    #expect(folder.text("checkpoints/x/log.txt").contains("done; go on with"))
    // Nothing was printed into a file that got the number of a closed descriptor.
    try regnas.succeed("data verify data.h5")
    try regnas.succeed("checkpoint verify checkpoints/x")
  }

  @Test func timeThatIsOver() throws {
    let result = try regnas("\(Self.long) --max-time 1")
    #expect(result.status == 124)
    #expect(result.errors.contains("saved; go on with: regnas resume checkpoints/long"))
    // Time enough to begin on a busy machine.
    let again = try regnas("resume checkpoints/long --max-time 8")
    #expect(again.status == 124 && again.errors.contains("going on from"))
    for time in ["nan", "0", "-1", "inf"] {
      let refused = try regnas("resume checkpoints/long --max-time=\(time)")
      #expect(refused.status == 64 && refused.errors.contains("--max-time"))
    }
  }

  @Test(arguments: [SIGHUP, SIGTERM, SIGINT, SIGXCPU]) func signalsThatSave(_ signal: Int32) throws
  {
    // Whoever runs the tests may have left signals ignored.
    let process = try Program(
      "/usr/bin/env",
      ["--default-signal", Regnas.path] + Self.long.words,
      in: folder,
      environment: ProcessInfo.processInfo.environment
    )
    process.wait(toPrint: "supernet:")
    process.send(signal)
    let result = process.finish()
    #expect(result.status == 128 + signal, "\(result.errors)")
    #expect(folder.text("checkpoints/long/run.json").contains("\"interrupted\""))
    #expect(folder.names("checkpoints/long").contains { $0.hasPrefix("checkpoint-") })
  }

  @Test func drawingEndsWhenAskedTo() throws {
    let regnas = try Regnas.afterQuickRun()
    let sample: Command = "sample checkpoints/whole --out f.h5 --samples 10000000"
    let process = try regnas.start(sample)
    process.wait(seconds: 4) { false }
    process.send(SIGTERM)
    process.wait(seconds: 30) { !process.isRunning }
    #expect(!process.isRunning)
    process.send(SIGKILL)
    #expect(process.finish().status == 128 + SIGTERM)
    #expect(!regnas.folder.exists("f.h5"))
  }

  /// The reporter of crashes is there before the program is.
  @Test(arguments: [0.05, 0.15, 0.25, 0.35, 0.5]) func quitEndsAStartToo(_ seconds: Double) throws {
    let process = try Program(
      "/usr/bin/env",
      ["--default-signal", Regnas.path] + Self.long.words,
      in: folder,
      environment: ProcessInfo.processInfo.environment
    )
    process.wait(seconds: seconds) { false }
    process.send(SIGQUIT)
    let ended = process.wait(seconds: 20) { !process.isRunning }
    if !ended { process.send(SIGKILL) }
    let result = process.finish()
    #expect(ended && result.status == 128 + SIGQUIT)
    #expect(!result.errors.contains("crashed"), "\(result.errors)")
  }

  @Test func quitEndsAtOnce() throws {
    let process = try regnas.start(Self.long, shell: "ulimit -c 0")
    process.wait(toPrint: "supernet:")
    process.send(SIGQUIT)
    let result = process.finish()
    #expect(result.status == 128 + SIGQUIT)
    #expect(!result.errors.contains("crashed"), "\(result.errors)")
  }

  @Test func nohupOutlivesTheTerminal() throws {
    let process = try regnas.start(Self.long, shell: "trap '' HUP")
    process.wait(toPrint: "supernet:")
    process.send(SIGHUP)
    process.wait(seconds: 0.5) { false }
    #expect(process.isRunning)
    process.send(SIGTERM)
    #expect(process.finish().status == 128 + SIGTERM)
  }

  /// From where libraries abort or never end, to where there is almost enough. (Below that the system
  /// cannot load the program.)
  @Test(arguments: [800_000, 900_000, 1_000_000, 1_100_000]) func tooLittleMemory(_ limit: Int)
    throws
  {
    let command: Command = "train --config run.yaml --name x -q --set supernet.batchSize=512"
    let process = try regnas.start(command, shell: "ulimit -v \(limit)")
    process.wait(seconds: 60) { false }
    let ended = !process.isRunning
    if !ended { process.send(SIGKILL) }
    let result = process.finish()
    #expect(ended && result.status == 1, "\(result.status) \(result.errors)")
    #expect(result.errors.contains("not enough memory") || result.errors.contains("alloc"))
  }

  @Test func threadsThatNobodyCanMean() throws {
    for threads in [1000, 100_000, 10_000_000] {
      try regnas.refuse(
        "train --config run.yaml --threads \(threads) --dry-run",
        64,
        "runtime.threads",
        "0 takes every core"
      )
    }
    let some = try regnas.succeed("train --config run.yaml --threads 48 --dry-run")
    #expect(ProcessInfo.processInfo.activeProcessorCount >= 48 || some.errors.contains("warning"))
  }

  @Test func weightsOfAnySize() throws {
    let result = try regnas(
      "train --config run.yaml --name x --set search.flipWeight=1e6 --set search.budgetWeight=1e6"
    )
    #expect(result.status == 0, "\(result.errors)")
    let larger = try regnas(
      "train --config run.yaml --name y --set search.flipWeight=1e18"
    )
    #expect([0, 64].contains(larger.status), "\(larger.errors)")
  }

  @Test func tooFewFiles() throws {
    for files in [10, 12, 16, 20] {
      let result = try regnas(
        "train --config run.yaml --name f\(files) -q",
        shell: "ulimit -n \(files)"
      )
      #expect([0, 74].contains(result.status), "\(files): \(result.status) \(result.errors)")
      if result.status != 0 { #expect(result.errors.contains("Too many open files")) }
    }
  }
}
