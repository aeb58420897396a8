import AtomicFiles

/// What can go wrong with a run as a whole.
public enum RunError: Error, CustomStringConvertible, Equatable {
  /// The folder of a new run exists already.
  case exists(folder: String)
  /// An input that a run was made with is not where it was.
  case inputIsAway(key: String, path: String, soughtIn: [String])
  /// A file of a name that a run gives to its own, in a folder that is no run.
  case fileInTheWay(String)
  /// A folder under a name that a run gives to one of its files.
  case folderInTheWay(String)
  /// The trained supernet of a run, which its checkpoints go on from, is not there.
  case supernetIsAway(folder: String)
  /// The process that was replacing the run of a folder has ended in between.
  case beingReplaced(folder: String)
  /// The disk has less room, in bytes, than the run will take.
  case noRoom(folder: String, needed: Int, free: Int)
  /// Something else than a folder is where the folder of a run would be, or one above it.
  case notAFolder(String)
  /// A file is given where the folder of a run is wanted.
  case notARunButFile(String)
  /// The folder holds no run.
  case notARun(folder: String, missing: String)
  /// Another process works in the folder.
  case busy(folder: String, holder: String)
  /// No checkpoint could be loaded; each with the reason.
  case noUsableCheckpoint(folder: String, reasons: [String])
  /// The checkpoint stands on other data, another supernet or another configuration.
  case mismatch(what: String, differences: [String])
  /// A budget that no network of the space meets, or that bounds nothing.
  case impossibleBudget(String)
  /// A reference or another input that does not fit the data set.
  case invalidInput(String)
  /// An input file or folder that is not there.
  case missingInput(String)
  /// The work asked for is not done yet.
  case unfinished(String)

  package static let anotherConfiguration = "another configuration"

  package static func remedyForMissingSupernet(of folder: String) -> String {
    "Its checkpoints go on from that file: put it back, or train again: "
      + "regnas train --config \(shellQuoted("\(folder)/\(RunFolder.configurationName)")) --name NAME"
  }

  public var description: String {
    switch self {
    case .exists(let folder):
      return
        "\(folder): a run is there already; go on with 'regnas resume \(shellQuoted(folder))', "
        + "choose another --name, or pass --overwrite"
    case .inputIsAway(let key, let path, let folders):
      let option = ["data", "data.file"].contains(key) ? "--data FILE" : "--set \(key)=FILE"
      let sought = folders.isEmpty ? "" : " (sought in \(folders.joined(separator: ", ")))"
      return
        "\(path) (\(key)): there is no such file\(sought); if it was moved, say where it is with \(option)"
    case .fileInTheWay(let path):
      return
        "\(path): this file is there already, in a folder that is no run; move it elsewhere"
        // What may be another program's configuration is never replaced.
        + (path.hasSuffix("/" + RunFolder.configurationName)
          ? ", or choose another --name" : ", choose another --name, or pass --overwrite")
    case .folderInTheWay(let path):
      return
        "\(path): this is a folder where a run has a file of its own; move it elsewhere and put the "
        + "file back, if there is a copy"
    case .supernetIsAway(let folder):
      return
        "\(folder)/\(RunFolder.supernetName): the trained supernet of this run is missing. "
        + Self.remedyForMissingSupernet(of: folder)
    case .beingReplaced(let folder):
      return
        "\(folder): the program ended while this run was being replaced; "
        + "'regnas resume \(shellQuoted(folder))' puts it back"
    case .noRoom(let folder, let needed, let free):
      return
        "\(folder): the run will take at least \(max(1, needed >> 20)) MB, the disk has \(free >> 20) MB "
        + "free; free space on it or choose another --out"
    case .notAFolder(let path):
      return "\(path): this is no folder, so no run can be in it; choose another --out or --name"
    case .notARunButFile(let path):
      return "\(path): this is a file; give the folder of a run"
    case .notARun(let folder, let missing):
      return
        "\(folder): this is not the folder of a run (\(missing) is missing); check the path, or make a "
        + "run with 'regnas train'"
    case .busy(let folder, let holder):
      return "\(folder): another process works on this run (\(holder)); wait for it or stop it"
    case .noUsableCheckpoint(let folder, let reasons):
      let detail = reasons.isEmpty ? "there is none" : reasons.joined(separator: "; ")
      return "\(folder): no checkpoint can be used: \(detail)"
    case .mismatch(let what, let differences):
      return "the checkpoint belongs to \(what): \(differences.joined(separator: "; "))"
        + (what == Self.anotherConfiguration
          ? ". Another search over the same supernet: 'regnas extend'" : "")
    case .missingInput(let path):
      return "\(path): there is no such file or folder; check the path"
    case .impossibleBudget(let text), .invalidInput(let text), .unfinished(let text):
      return text
    }
  }
}
