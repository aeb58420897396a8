import ArgumentParser
import Charts
import Foundation
import HDF5
import Runs
import Search
import SearchSpaces

struct CheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "List, verify and prune the checkpoints of a run.",
    discussion: """
      Every checkpoint is complete in itself; 'regnas resume' goes on from the newest that \
      verifies.

      EXAMPLE
        regnas checkpoint ls checkpoints/fashion
      """,
    subcommands: [List.self, Verify.self, Prune.self]
  )

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ls",
      abstract: "List the checkpoints of a run, oldest first.",
      discussion: """
        EXAMPLE
          regnas checkpoint ls checkpoints/fashion
        """
    )

    @Argument(help: "Folder of the run.")
    var folder: String

    @Flag(help: "Print as JSON.")
    var json = false

    func run() throws {
      let listing = try CheckpointStore.listing(of: folder)
      let rows = listing.map { entry in
        [
          entry.name, entry.saved, "\(entry.bytes)", entry.phase ?? "-",
          entry.supernetStep.map(String.init) ?? "-", entry.membersChosen.map(String.init) ?? "-",
          entry.evaluations.map(String.init) ?? "-",
          entry.problem == nil
            ? "sound" : entry.isDamaged ? "DAMAGED" : entry.isUnread ? "NOT READABLE" : "UNUSABLE",
        ]
      }
      let table = TextTable(
        header: [
          "checkpoint", "saved", "bytes", "phase", "supernet step", "members", "evaluations", "",
        ],
        rows: rows
      )
      try Console.show(listing, table.text, json: json)
      CheckpointCommand.noteEarlierRun(in: folder)
    }
  }

  private static func noteEarlierRun(in folder: String) {
    if let note = RunFolder.noteOnEarlierRun(in: folder) { Console.error(note) }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify",
      abstract: "Verify all that a run is resumed from and what it has made.",
      discussion: """
        Reads all bytes and compares them with their checksums, and looks for what resuming needs \
        beside a checkpoint: the supernet, the data set, and what else the configuration names. Ends \
        with status 65 if a file is damaged or another one, 74 if one cannot be read, 66 if one is \
        missing, and says which.

        EXAMPLE
          regnas checkpoint verify checkpoints/fashion
        """
    )

    @Argument(help: "Folder of the run.")
    var folder: String

    @Flag(help: "Print as JSON.")
    var json = false

    struct Entry: Encodable {
      var file: String
      var problem: String?
      /// Whether the file is not there.
      var isMissing = false
      var error: (any Error)?

      enum CodingKeys: CodingKey { case file, problem, isMissing }

      /// nil for a sound one.
      var status: ExitStatus? {
        guard problem != nil else { return nil }
        if isMissing { return .missingInput }
        return error.flatMap(ExitStatus.status) == .inputOutput ? .inputOutput : .badData
      }
    }

    func run() throws {
      var entries = try CheckpointStore.listing(of: folder).map {
        Entry(file: $0.name, problem: $0.problem, error: $0.error)
      }
      for name in ["supernet.h5", "family.h5"]
      where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
        var entry = Entry(file: name)
        do {
          try ContentDigest.verify(path: "\(folder)/\(name)")
        } catch {
          entry.problem = "\(error)"
          entry.error = error
        }
        entries.append(entry)
      }
      for finding in try ResumeCheck(RunFolder.read(folder)).findings {
        let entry = Entry(
          file: finding.file,
          problem: finding.problem,
          isMissing: finding.isMissing,
          error: finding.error
        )
        // Of a file that was looked at before, the first fault tells most.
        if let known = entries.firstIndex(where: { $0.file == entry.file }) {
          if entries[known].problem == nil { entries[known] = entry }
        } else {
          entries.append(entry)
        }
      }
      let lines = entries.map { "\($0.file): \($0.problem ?? "sound")" }
      try Console.show(entries, lines.joined(separator: "\n"), json: json)
      CheckpointCommand.noteEarlierRun(in: folder)
      let found = Set(entries.compactMap(\.status))
      let all: [ExitStatus] = [.badData, .inputOutput, .missingInput]
      if let worst = all.first(where: found.contains) {
        throw ExitCode(worst.rawValue)
      }
    }
  }

  struct Prune: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "prune",
      abstract: "Remove all but the newest checkpoints of a run.",
      discussion: """
        Keeps the newest that verify; removes older and damaged ones, and what a killed writer \
        left. Removes nothing when none verifies.

        EXAMPLE
          regnas checkpoint prune checkpoints/fashion --keep 1
        """
    )

    @Argument(help: "Folder of the run.")
    var folder: String

    @Option(help: "How many to keep.")
    var keep = 1

    @Flag(help: "Print what would be removed, and stop.")
    var dryRun = false

    @Flag(help: "Print as JSON.")
    var json = false

    func validate() throws {
      if keep < 1 { throw ValidationError("--keep must be at least 1") }
    }

    func run() throws {
      let held = try dryRun ? nil : RunFolder.open(folder)
      let names = CheckpointStore.prunable(
        try CheckpointStore.listing(of: folder),
        keep: keep
      )
      if let held { try CheckpointStore.remove(names, from: held) }
      let lines = names.map { "\(dryRun ? "would remove" : "removed") \($0)" }
      let text = lines.isEmpty ? "nothing to remove" : lines.joined(separator: "\n")
      try Console.show(names, text, json: json)
    }
  }
}
