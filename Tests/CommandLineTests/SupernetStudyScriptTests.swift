import Foundation
import TestSupport
import Testing

/// `Scripts/supernet-study` with a program in place of regnas that only tells how it was called.
@Suite struct SupernetStudyScriptTests {
  private static let script = fixture("../../Scripts/supernet-study")

  @Test func settingsReachTheProgramWhole() throws {
    let folder = try TemporaryFolder()
    // A line per call, its arguments in brackets; the folder that `supernet train` would make.
    let program = try folder.put(
      """
      #!/usr/bin/env bash
      printf '[%s]' "$@" | tr '\\n' '~' >>"\(folder.file("calls"))"
      echo >>"\(folder.file("calls"))"
      [ "$1 $2" != "supernet train" ] || mkdir -p "$6/$8"
      """,
      "program"
    )
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    let command: Command = """
      REGNAS=\(program) \(Self.script) --out \(folder.file("study")) --seeds '1 2' --jobs 1
      --set 'supernet.phaseShares=[0.5, 0.25, 0.25]' --set "supernet.initial=it's here.h5"
      mobilenetv3-small resnet50-small
      """
    try run("/usr/bin/env", command.words)
    let trained = folder.text("calls").split(separator: "\n")
      .filter { $0.hasPrefix("[supernet][train]") }
    #expect(trained.count == 4)
    for (line, run) in zip(
      trained,
      [
        "mobilenetv3-small][supernet.epochs=6][1", "resnet50-small][supernet.epochs=6][1",
        "mobilenetv3-small][supernet.epochs=6][2", "resnet50-small][supernet.epochs=6][2",
      ].map { $0.split(separator: "][") }
    ) {
      #expect(line.contains("[--set][space.name=\(run[0])][--set][\(run[1])][--seed][\(run[2])]"))
      #expect(
        line.hasSuffix(
          "[--set][supernet.phaseShares=[0.5, 0.25, 0.25]]"
            + "[--set][supernet.initial=it's here.h5]"
        )
      )
    }
  }
}
